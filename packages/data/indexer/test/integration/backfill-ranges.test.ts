import { randomUUID } from "node:crypto";
import { type Database, migrate } from "@ghostchain/database";
import { openTestDatabase, type TestDatabase } from "@ghostchain/database/testing";
import { ensureFeed, feedPosition } from "@ghostchain/feed";
import { systemClock } from "@ghostchain/service";
import { type Hash, numberToHex } from "viem";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { adoptRanges } from "../../src/backfill/shared-history.ts";
import type { ChainPoint } from "../../src/source/block.ts";
import {
  type ClaimedRange,
  claimRange,
  finishPart,
  planRanges,
  renewClaim,
} from "../../src/store/backfill-ranges.ts";
import { INDEXER_MIGRATIONS } from "../../src/store/indexer-schema.ts";
import { type Progress, saveProgress } from "../../src/store/progress.ts";
import { loadBlocks } from "../../src/store/raw-events.ts";

const wanted = { chain: "main", genesisHash: hashOf("a", 0n), contractsDigest: "c" };
const LONG_MS = 60_000;

let test: TestDatabase;
let database: Database;
let progress: Progress;
beforeAll(async () => {
  test = await openTestDatabase();
  database = test.database;
});
afterAll(() => test.close());
beforeEach(async () => {
  await database.query("DROP SCHEMA IF EXISTS indexer, feed CASCADE");
  await ensureFeed(database);
  await database.transaction((sql) => migrate(sql, "indexer", INDEXER_MIGRATIONS));
  const point = pointOf("a", 9n);
  const chain = { id: 0, name: "main" };
  progress = { chain, point, raw: point, undoFrom: 10n, feed: await feedPosition(database) };
  const identity = { chainId: 1n, ...wanted, productsDigest: "p" };
  await saveProgress(database, { identity, progress });
  const range = { from: 10n, to: 39n, blocks: 10n };
  await planRanges(database, 0, randomUUID(), range);
});

/** Of the block of this number on this branch. */
function hashOf(branch: "a" | "b", number: bigint): Hash {
  return numberToHex(number * 16n + (branch === "a" ? 0n : 1n), { size: 32 });
}

function pointOf(branch: "a" | "b", number: bigint): ChainPoint {
  return { number, hash: hashOf(branch, number) };
}

async function claim(leaseMs: number): Promise<ClaimedRange> {
  const claimed = await claimRange(database, wanted, randomUUID(), leaseMs);
  if (claimed === undefined) throw new Error("no range is free");
  return claimed;
}

/** Stores a range up to `to` as a worker does, as it is on `branch`. */
function store(range: ClaimedRange, to: bigint, branch: "a" | "b") {
  return database.transaction(async (sql) => {
    const parentHash = hashOf(branch, range.from - 1n);
    const part = { from: range.from, parentHash, end: pointOf(branch, to) };
    const left = await finishPart(sql, range, part, LONG_MS);
    if (left !== "lost")
      await loadBlocks(sql, 0, [{ ...pointOf(branch, to), timestampMs: 0, logs: [] }]);
    return left;
  });
}

async function storedBlocks(): Promise<bigint[]> {
  const rows = await database.query<{ number: bigint }>(
    "SELECT number FROM indexer.block ORDER BY 1",
  );
  return rows.map(({ number }) => number);
}

/** Takes in what is ready, from a chain whose branch is `branch`. */
async function adopt(branch: "a" | "b") {
  const has = async ({ number, hash }: ChainPoint) => hash === hashOf(branch, number);
  const adopted = await adoptRanges({ database, source: { has }, clock: systemClock }, progress);
  if (adopted.kind === "moved") progress = adopted.progress;
  return adopted.kind;
}

describe("a range of history", () => {
  it("is one process's at a time, and stores nothing for one whose lease has ended", async () => {
    const late = await claim(0);
    const other = await claim(LONG_MS);
    expect(other.from).toBe(late.from);
    expect(await renewClaim(database, late, LONG_MS)).toBe(false);
    expect(await store(late, 19n, "a")).toBe("lost");
    expect(await storedBlocks()).toEqual([]);
    expect(await store(other, 14n, "a")).toMatchObject({ from: 15n, to: 19n });
    // What was claimed is not that range any more: it begins later now.
    expect(await store(other, 19n, "a")).toBe("lost");
    expect((await claim(LONG_MS)).from).toBe(20n);
    expect((await claim(LONG_MS)).from).toBe(30n);
    expect(await claimRange(database, wanted, randomUUID(), LONG_MS)).toBeUndefined();
    expect(await storedBlocks()).toEqual([14n]);
  });

  it("is nobody's who reads another chain or for other contracts", async () => {
    const id = randomUUID();
    for (const other of [{ contractsDigest: "d" }, { genesisHash: hashOf("b", 0n) }])
      expect(await claimRange(database, { ...wanted, ...other }, id, LONG_MS)).toBeUndefined();
  });

  it("is taken in when all before it are, in whatever order they came", async () => {
    const [first, second, third] = [await claim(LONG_MS), await claim(LONG_MS), await claim(1)];
    await store(second, 29n, "a");
    expect(await adopt("a")).toBe("waiting");
    const rest = await store(first, 12n, "a");
    expect(await adopt("a")).toBe("moved");
    expect(progress.raw).toEqual(pointOf("a", 12n));
    if (rest === undefined || rest === "lost") throw new Error("a part of the range is left");
    await store(rest, 19n, "a");
    await store(third, 39n, "a");
    expect(await adopt("a")).toBe("moved");
    expect(progress.raw).toEqual(pointOf("a", 39n));
    expect(await adopt("a")).toBe("finished");
  });

  it("is fetched again when it is of a branch that the chain has left", async () => {
    const [first, second, third] = [await claim(LONG_MS), await claim(LONG_MS), await claim(1)];
    await store(first, 19n, "a");
    await store(second, 29n, "b");
    await store(third, 39n, "a");
    expect(await adopt("a")).toBe("moved");
    expect(progress.raw).toEqual(pointOf("a", 19n));
    expect(await adopt("a")).toBe("waiting");
    expect(await storedBlocks()).toEqual([19n, 39n]);
    await store(await claim(LONG_MS), 29n, "a");
    expect(await adopt("a")).toBe("moved");
    expect(progress.raw).toEqual(pointOf("a", 39n));
  });

  it("is given up with all others when what is before it is off the chain", async () => {
    await store(await claim(LONG_MS), 19n, "b");
    expect(await adopt("b")).toBe("forked");
  });

  it("is refused by the writer that another has replaced", async () => {
    await store(await claim(LONG_MS), 19n, "a");
    await database.query("UPDATE indexer.chain SET hash = 'moved'");
    await expect(adopt("a")).rejects.toMatchObject({ code: "INDEXER_FENCED" });
  });
});
