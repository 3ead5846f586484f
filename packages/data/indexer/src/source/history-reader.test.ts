import { createSilentLogger } from "@ghostchain/service";
import fc from "fast-check";
import { type Hash, numberToHex } from "viem";
import { describe, expect, it } from "vitest";
import { ChildRegistry } from "../child-registry.ts";
import type { BlockHeader, RawLog } from "./block.ts";
import type { ChainSource } from "./chain-source.ts";
import { HistoryReader, type Stretch } from "./history-reader.ts";
import { LogScope } from "./log-scope.ts";

const scope = new LogScope([`0x${"aa".repeat(20)}`], new ChildRegistry([]));
const never = new AbortController().signal;

function hashOf(number: bigint): Hash {
  return numberToHex(number + 1n, { size: 32 });
}

/** A chain with `perBlock` logs in each block, on a server that refuses ranges it finds too large. */
function sourceOf(limits: { perBlock: number; maxBlocks: bigint }) {
  const ranges: [bigint, bigint][] = [];
  const source = {
    async logs(from: bigint, to: bigint): Promise<RawLog[]> {
      if (to - from + 1n > limits.maxBlocks)
        throw new Error("query returned more than 10000 results");
      ranges.push([from, to]);
      const count = Number(to - from + 1n) * limits.perBlock;
      return Array.from({ length: count }, (_, i) => {
        const blockNumber = from + BigInt(Math.floor(i / limits.perBlock));
        const place = {
          blockNumber,
          blockHash: hashOf(blockNumber),
          logIndex: i % limits.perBlock,
        };
        return { ...place, topics: [], data: "0x", timestampMs: 1 } as unknown as RawLog;
      });
    },
    async header(number: bigint): Promise<BlockHeader> {
      return {
        number,
        hash: hashOf(number),
        parentHash: hashOf(number - 1n),
        timestampMs: 1,
      } as BlockHeader;
    },
  };
  return { source: source as unknown as ChainSource, ranges };
}

async function readAll(source: ChainSource, from: bigint, to: bigint): Promise<Stretch[]> {
  const stretches: Stretch[] = [];
  const reader = new HistoryReader(source, scope, createSilentLogger());
  for await (const stretch of reader.read(from, to, never)) stretches.push(stretch);
  return stretches;
}

describe("HistoryReader", () => {
  it("reads every block once and in order, whatever ranges the server allows", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.bigInt({ min: 0n, max: 50n }),
        fc.bigInt({ min: 0n, max: 3_000n }),
        fc.bigInt({ min: 1n, max: 2_000n }),
        async (from, length, maxBlocks) => {
          const { source } = sourceOf({ perBlock: 1, maxBlocks });
          const stretches = await readAll(source, from, from + length);
          const numbers = stretches.flatMap(({ blocks }) => blocks.map((block) => block.number));
          expect(numbers).toEqual(
            Array.from({ length: Number(length) + 1 }, (_, i) => from + BigInt(i)),
          );
          expect(stretches.at(-1)?.end).toEqual({
            number: from + length,
            hash: hashOf(from + length),
          });
        },
      ),
      { numRuns: 50 },
    );
  });

  it("asks for larger ranges while they bring little, and keeps to what is allowed", async () => {
    const { source, ranges } = sourceOf({ perBlock: 0, maxBlocks: 6_000n });
    await readAll(source, 0n, 60_000n);
    const sizes = ranges.map(([from, to]) => Number(to - from) + 1);
    expect(Math.max(...sizes)).toBeGreaterThan(3_000);
    expect(ranges.length).toBeLessThan(40);
  });

  it("asks for smaller ranges where they bring very much", async () => {
    const { source, ranges } = sourceOf({ perBlock: 40, maxBlocks: 100_000n });
    await readAll(source, 0n, 4_000n);
    const sizes = ranges.map(([from, to]) => Number(to - from) + 1);
    expect(sizes[0]).toBe(1_000);
    expect(sizes.slice(4, -1).every((size) => size <= 500)).toBe(true);
  });

  it("fails with the server's error when even one block is refused, and leaves no rejection behind", async () => {
    const { source } = sourceOf({ perBlock: 1, maxBlocks: 0n });
    const unhandled: unknown[] = [];
    const listener = (reason: unknown) => unhandled.push(reason);
    process.on("unhandledRejection", listener);
    await expect(readAll(source, 0n, 10_000n)).rejects.toThrow("more than 10000 results");
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off("unhandledRejection", listener);
    expect(unhandled).toEqual([]);
  });

  it("refuses logs of another branch than the header's", async () => {
    const { source } = sourceOf({ perBlock: 1, maxBlocks: 100n });
    const mixed = {
      ...source,
      header: async () => ({ hash: hashOf(999n) }),
    } as unknown as ChainSource;
    Object.assign(mixed, { logs: source.logs.bind(source) });
    await expect(readAll(mixed, 0n, 10n)).rejects.toMatchObject({
      code: "INDEXER_SOURCE_INCONSISTENT",
    });
  });
});
