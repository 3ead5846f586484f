import type { Hash } from "@ghostchain/evm";
import { expect, it } from "vitest";
import { BlockCache } from "./block-cache.ts";
import { recordOf } from "./block-fixture.ts";

const ROOT = `0x${"aa".repeat(32)}` as Hash;

it("keeps what was used last within its bounds", () => {
  const [a, b, c] = [1n, 2n, 3n].map((number) => recordOf(number, ROOT, []));
  if (!a || !b || !c) throw new Error("three blocks");
  const single = new BlockCache(Number.POSITIVE_INFINITY);
  single.set(a);
  const cache = new BlockCache(2 * single.sizeBytes);
  for (const block of [a, b]) cache.set(block);
  cache.get(a.stored.hash);
  cache.set(c);
  expect([a, b, c].map(({ stored }) => cache.get(stored.hash) !== undefined)).toEqual([
    true,
    false,
    true,
  ]);
  cache.delete(a.stored.hash);
  cache.delete(c.stored.hash);
  expect(cache.sizeBytes).toBe(0);
});
