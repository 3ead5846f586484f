import type { Worker } from "node:worker_threads";
import { afterEach, describe, expect, it } from "vitest";
import {
  createRecoveryPool,
  generatePrivateKey,
  keccak256,
  publicKeyOf,
  type RecoveryItem,
  type RecoveryPool,
  type RecoveryPoolOptions,
  signDigest,
} from "../../src/index.ts";

const KEYS = Array.from({ length: 5 }, generatePrivateKey);
const pools: RecoveryPool[] = [];

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.stop()));
});

async function startPool(options: RecoveryPoolOptions): Promise<RecoveryPool> {
  const pool = createRecoveryPool(options);
  pools.push(pool);
  await pool.start(new AbortController().signal);
  return pool;
}

/** Signatures by the test's keys in turn, every seventh of them broken. */
function batchOf(count: number): { items: RecoveryItem[]; keys: (Uint8Array | undefined)[] } {
  const signed = Array.from({ length: count }, (_, index) => {
    const digest = keccak256(new Uint8Array([index & 0xff, index >> 8]));
    const privateKey = KEYS[index % KEYS.length] ?? generatePrivateKey();
    const item = { digest, ...signDigest(digest, privateKey) };
    const broken = index % 7 === 6;
    return broken
      ? { item: { ...item, r: 0n }, key: undefined }
      : { item, key: publicKeyOf(privateKey) };
  });
  return { items: signed.map(({ item }) => item), keys: signed.map(({ key }) => key) };
}

/** The threads started while `run` goes on. */
async function threadsOf(run: () => Promise<void>): Promise<Worker[]> {
  const threads: Worker[] = [];
  const note = (worker: Worker) => threads.push(worker);
  process.on("worker", note);
  try {
    await run();
  } finally {
    process.off("worker", note);
  }
  return threads;
}

describe("createRecoveryPool", () => {
  it("recovers batches of every size in order, several at once", async () => {
    const pool = await startPool({ workers: 2 });
    const batches = [0, 1, 15, 16, 64, 65, 500].map(batchOf);
    const threads = await threadsOf(async () => {
      const results = await Promise.all(batches.map(({ items }) => pool.recover(items)));
      expect(results).toEqual(batches.map(({ keys }) => keys));
    });
    expect(threads).toHaveLength(2);
  });

  it("starts no thread for small batches, nor when told to have none", async () => {
    const pool = await startPool({ workers: 2 });
    const alone = await startPool({ workers: 0 });
    const small = batchOf(15);
    const large = batchOf(200);
    const threads = await threadsOf(async () => {
      expect(await pool.recover(small.items)).toEqual(small.keys);
      expect(await alone.recover(large.items)).toEqual(large.keys);
    });
    expect(threads).toEqual([]);
  });

  it("gives every answer although its threads die", async () => {
    const pool = await startPool({ workers: 2 });
    const { items, keys } = batchOf(300);
    const kill = (worker: Worker) => void worker.terminate();
    process.on("worker", kill);
    try {
      expect(await pool.recover(items)).toEqual(keys);
    } finally {
      process.off("worker", kill);
    }
    const threads = await threadsOf(async () => {
      expect(await pool.recover(items)).toEqual(keys);
    });
    expect(threads, "a lost thread is not replaced").toEqual([]);
  });

  it("refuses more than its queue holds and goes on", async () => {
    const pool = await startPool({ workers: 1, queueLimitItems: 100 });
    const { items, keys } = batchOf(60);
    const first = pool.recover(items);
    await expect(pool.recover(items)).rejects.toMatchObject({
      fault: { code: "RECOVERY_QUEUE_FULL", queuedItems: 60, limitItems: 100 },
    });
    expect(await first).toEqual(keys);
    expect(await pool.recover(items)).toEqual(keys);
  });

  it("refuses a digest of the wrong size before any work", async () => {
    const pool = await startPool({ workers: 1 });
    const item = { digest: new Uint8Array(31), r: 1n, s: 1n, yParity: 0 } as const;
    await expect(pool.recover([item])).rejects.toMatchObject({ code: "DIGEST_SIZE" });
  });

  it("rejects what is under way when stopped, and what comes after", async () => {
    const pool = await startPool({ workers: 2 });
    const { items } = batchOf(300);
    const underWay = expect(pool.recover(items)).rejects.toMatchObject({
      code: "RECOVERY_POOL_STOPPED",
    });
    await pool.stop();
    await underWay;
    await expect(pool.recover(items)).rejects.toMatchObject({ code: "RECOVERY_POOL_STOPPED" });
    await pool.stop();
  });
});
