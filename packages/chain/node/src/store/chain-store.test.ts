import type { Hash } from "@ghostchain/evm";
import { openMemory } from "@ghostchain/storage";
import { describe, expect, it } from "vitest";
import { recordOf, transferWithNonce } from "./block-fixture.ts";
import type { BlockRecord } from "./block-record.ts";
import { ChainStore, canonicalChanges } from "./chain-store.ts";
import { createMemoryLog } from "./memory-log.ts";

const ROOT = `0x${"aa".repeat(32)}` as Hash;
const CACHE_BYTES = 1 << 20;

async function setUp() {
  const index = openMemory();
  const log = createMemoryLog();
  const store = new ChainStore(index, log, CACHE_BYTES);
  const advance = async (removed: readonly BlockRecord[], added: readonly BlockRecord[]) => {
    const head = added.at(-1)?.stored.hash ?? ROOT;
    const placed = await store.append(added);
    const moved = canonicalChanges(storedOf(removed), storedOf(added), head);
    await index.write([...placed, ...moved]);
  };
  return { store, advance, reopen: () => new ChainStore(index, log, CACHE_BYTES) };
}

function storedOf(records: readonly BlockRecord[]) {
  return records.map(({ stored }) => stored);
}

describe("ChainStore", () => {
  it("gives back a block, its header and its receipts as they were put in", async () => {
    const { store, advance, reopen } = await setUp();
    const record = recordOf(1n, ROOT, [0n, 1n, 2n].map(transferWithNonce));
    await advance([], [record]);
    const { hash } = record.stored;
    expect(store.headHash()).toBe(hash);
    expect(store.hashOf(1n)).toBe(hash);
    expect(store.header(hash)).toEqual(record.stored.block.header);
    expect(store.receipts(hash)).toEqual(record.receipts);
    expect(reopen().block(hash)).toEqual(record.stored);
    expect(store.block(ROOT)).toBeUndefined();
    expect(store.entry(hash)?.totalDifficulty).toBe(1n << 70n);
  });

  it("knows that a block was not executed", async () => {
    const { store, advance } = await setUp();
    const record = { ...recordOf(1n, ROOT, []), receipts: undefined };
    await advance([], [record]);
    expect(store.receipts(record.stored.hash)).toBeUndefined();
    expect(store.block(record.stored.hash)).toEqual(record.stored);
  });

  it("finds a transaction where the canonical chain has it, before and after a reorg", async () => {
    const { store, advance } = await setUp();
    const [first, second, third] = [0n, 1n, 2n].map(transferWithNonce);
    if (!first || !second || !third) throw new Error("three transfers");
    const base = recordOf(1n, ROOT, [first]);
    const left = recordOf(2n, base.stored.hash, [second, third]);
    const right = recordOf(2n, base.stored.hash, [third]);
    await advance([], [base, left]);
    expect(store.locate(third.hash)).toEqual({ number: 2n, index: 1 });
    await advance([left], [right]);
    expect(store.hashOf(2n)).toBe(right.stored.hash);
    expect(store.locate(first.hash)).toEqual({ number: 1n, index: 0 });
    expect(store.locate(second.hash)).toBeUndefined();
    expect(store.locate(third.hash)).toEqual({ number: 2n, index: 0 });
    expect(store.block(left.stored.hash)).toEqual(left.stored);
  });
});
