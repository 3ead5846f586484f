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

type Source = Pick<ChainSource, "range" | "rangeBlocks">;

/** A chain that is read in stretches of `sizes`, one after the other, each after another pause. */
function sourceOf(sizes: readonly bigint[], failsAt?: bigint) {
  let [asked, atOnce, most] = [0, 0, 0];
  const source: Source = {
    get rangeBlocks() {
      return sizes[asked % sizes.length] ?? 1n;
    },
    async range(from, to) {
      asked += 1;
      atOnce += 1;
      most = Math.max(most, atOnce);
      await new Promise((resolve) => setTimeout(resolve, asked % 3));
      atOnce -= 1;
      if (failsAt !== undefined && from <= failsAt && failsAt <= to) throw new Error("broken");
      const numbers = Array.from({ length: Number(to - from) + 1 }, (_, i) => from + BigInt(i));
      const logs = numbers.map((blockNumber) => ({
        ...{ blockNumber, blockHash: hashOf(blockNumber), logIndex: 0, timestampMs: 1 },
      }));
      const headers = [from, to].map((number) => {
        const header = { number, hash: hashOf(number), parentHash: hashOf(number - 1n) };
        return [number, { ...header, timestampMs: 1 } as BlockHeader] as const;
      });
      return { logs: logs as unknown as RawLog[], headers: new Map(headers) };
    },
  };
  return { source, most: () => most };
}

async function readAll(source: Source, from: bigint, to: bigint): Promise<Stretch[]> {
  const stretches: Stretch[] = [];
  for await (const stretch of new HistoryReader(source, scope).read(from, to, never))
    stretches.push(stretch);
  return stretches;
}

describe("HistoryReader", () => {
  it("reads every block once and in order, whatever the size of its stretches", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.bigInt({ min: 0n, max: 50n }),
        fc.bigInt({ min: 0n, max: 300n }),
        fc.array(fc.bigInt({ min: 1n, max: 80n }), { minLength: 1, maxLength: 5 }),
        async (from, length, sizes) => {
          const { source, most } = sourceOf(sizes);
          const stretches = await readAll(source, from, from + length);
          const numbers = stretches.flatMap(({ blocks }) => blocks.map((block) => block.number));
          expect(numbers).toEqual(
            Array.from({ length: Number(length) + 1 }, (_, i) => from + BigInt(i)),
          );
          expect(stretches.at(-1)?.end.number).toBe(from + length);
          expect(most()).toBeLessThanOrEqual(4);
        },
      ),
      { numRuns: 30 },
    );
  });

  it("fails with the source's error, and leaves no rejection behind", async () => {
    const { source } = sourceOf([10n], 15n);
    const unhandled: unknown[] = [];
    const listener = (reason: unknown) => unhandled.push(reason);
    process.on("unhandledRejection", listener);
    await expect(readAll(source, 0n, 1_000n)).rejects.toThrow("broken");
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off("unhandledRejection", listener);
    expect(unhandled).toEqual([]);
  });
});
