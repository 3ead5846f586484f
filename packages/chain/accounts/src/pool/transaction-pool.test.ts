import type { Hash } from "@ghostchain/evm";
import type { SenderTransaction } from "@ghostchain/protocol";
import { describe, expect, it } from "vitest";
import { PoolError } from "./pool-error.ts";
import { ALICE, BOB, CAROL, headWith, transfer } from "./pool-fixture.ts";
import { DEFAULT_POOL_LIMITS, TransactionPool } from "./transaction-pool.ts";

describe("a sender's nonces", () => {
  it("wait for the gap before them to be filled", () => {
    const pool = new TransactionPool(headWith());
    expect(pool.add(transfer({ nonce: 1 }))).toBe("queued");
    expect(pool.pendingNonce(ALICE)).toBe(0n);
    expect(pool.add(transfer({ nonce: 0 }))).toBe("pending");
    expect(pool.pendingNonce(ALICE)).toBe(2n);
    expect(pool.pendingCount()).toBe(2);
  });

  it("wait again when one of them is taken out", () => {
    const pool = new TransactionPool(headWith());
    const first = transfer({ nonce: 0 });
    for (const transaction of [first, transfer({ nonce: 1 })]) pool.add(transaction);
    expect(pool.remove(first.hash)).toBe(true);
    expect(pool.remove(first.hash)).toBe(false);
    expect(pool.content().pending.size).toBe(0);
    expect(pool.content().queued.get(ALICE)).toHaveLength(1);
  });

  it("are dropped when mined, by whatever transaction", () => {
    const pool = new TransactionPool(headWith());
    const old = transfer({ nonce: 0 });
    pool.add(old);
    pool.add(transfer({ nonce: 1 }));
    expect(pool.setHead(headWith(new Map([[ALICE, { nonce: 1 }]])), [ALICE, BOB])).toEqual([old]);
    expect(pool.pendingNonce(ALICE)).toBe(2n);
    expect(pool.get(old.hash)).toBeUndefined();
  });

  it("go back to waiting when the chain steps back", () => {
    const pool = new TransactionPool(headWith(new Map([[ALICE, { nonce: 3 }]])));
    pool.add(transfer({ nonce: 3 }));
    pool.setHead(headWith());
    expect(pool.content().queued.get(ALICE)).toHaveLength(1);
    for (const nonce of [0, 1, 2]) pool.add(transfer({ nonce }));
    expect(pool.pendingCount()).toBe(4);
  });
});

describe("a replacement", () => {
  it("must bid a tenth more in both fees", () => {
    const pool = new TransactionPool(headWith());
    const first = transfer({ nonce: 0, tipWei: 100, maxFeeWei: 2000 });
    pool.add(first);
    for (const [tipWei, maxFeeWei] of [
      [110, 2199],
      [109, 2200],
      [100, 2000],
    ] as const) {
      const bid = transfer({ nonce: 0, tipWei, maxFeeWei });
      expect(() => pool.add(bid)).toThrow("replacement transaction underpriced");
    }
    const better = transfer({ nonce: 0, tipWei: 110, maxFeeWei: 2200 });
    expect(pool.add(better)).toBe("pending");
    expect(pool.get(first.hash)).toBeUndefined();
    expect(pool.count).toBe(1);
    expect(pool.sizeBytes).toBe(better.encoded.length);
  });

  it("is not paid for twice", () => {
    const balanceWei = 21_000n * 2_200n;
    const pool = new TransactionPool(headWith(new Map([[ALICE, { balanceWei }]])));
    pool.add(transfer({ nonce: 0, tipWei: 100, maxFeeWei: 2000 }));
    expect(pool.add(transfer({ nonce: 0, tipWei: 110, maxFeeWei: 2200 }))).toBe("pending");
  });
});

describe("the order of a block", () => {
  function drain(pool: TransactionPool): Hash[] {
    const selection = pool.select();
    const hashes: Hash[] = [];
    for (let next = selection.peek(); next !== undefined; next = selection.peek()) {
      hashes.push(next.hash);
      selection.take();
    }
    return hashes;
  }

  it("is by effective tip, then by arrival, a sender's nonces in sequence", () => {
    const pool = new TransactionPool(headWith());
    const low = transfer({ sender: ALICE, nonce: 0, tipWei: 5 });
    const high = transfer({ sender: ALICE, nonce: 1, tipWei: 900 });
    const middle = transfer({ sender: BOB, nonce: 0, tipWei: 50 });
    const capped = transfer({ sender: CAROL, nonce: 0, tipWei: 800, maxFeeWei: 1005 });
    for (const transaction of [high, low, middle, capped]) pool.add(transaction);
    expect(drain(pool)).toEqual([middle, low, high, capped].map(({ hash }) => hash));
  });

  it("leaves out what does not reach the base fee, and what comes after it", () => {
    const pool = new TransactionPool(headWith());
    pool.add(transfer({ nonce: 0, tipWei: 1, maxFeeWei: 999 }));
    pool.add(transfer({ nonce: 1 }));
    expect(drain(pool)).toEqual([]);
    pool.setHead(headWith(new Map(), { baseFeeWei: 900n }), []);
    expect(drain(pool)).toHaveLength(2);
  });

  it("passes over a sender whose transaction does not go in", () => {
    const pool = new TransactionPool(headWith());
    pool.add(transfer({ sender: ALICE, nonce: 0, tipWei: 9 }));
    pool.add(transfer({ sender: ALICE, nonce: 1, tipWei: 9 }));
    const other = transfer({ sender: BOB, nonce: 0, tipWei: 1 });
    pool.add(other);
    const selection = pool.select();
    selection.skip();
    expect(selection.peek()).toBe(other);
    selection.skip();
    expect(selection.peek()).toBeUndefined();
  });
});

describe("a full pool", () => {
  const limits = { ...DEFAULT_POOL_LIMITS, count: 3 };

  it("gives up the cheapest for a better one, and refuses what is no better", () => {
    const pool = new TransactionPool(headWith(), limits);
    const cheap = transfer({ sender: BOB, nonce: 0, tipWei: 2 });
    for (const transaction of [
      transfer({ sender: ALICE, nonce: 0, tipWei: 5 }),
      cheap,
      transfer({ sender: CAROL, nonce: 0, tipWei: 9 }),
    ]) {
      pool.add(transaction);
    }
    expect(refusal(pool, transfer({ sender: ALICE, nonce: 1, tipWei: 2 }))).toBe("POOL_FULL");
    expect(pool.count).toBe(3);
    expect(pool.add(transfer({ sender: ALICE, nonce: 1, tipWei: 3 }))).toBe("pending");
    expect(pool.get(cheap.hash)).toBeUndefined();
  });

  it("gives up what waits for a nonce before what can be mined", () => {
    const pool = new TransactionPool(headWith(), limits);
    const waiting = transfer({ sender: BOB, nonce: 7, tipWei: 900 });
    pool.add(waiting);
    pool.add(transfer({ sender: ALICE, nonce: 0, tipWei: 1 }));
    pool.add(transfer({ sender: ALICE, nonce: 1, tipWei: 1 }));
    pool.add(transfer({ sender: CAROL, nonce: 0, tipWei: 1 }));
    expect(pool.get(waiting.hash)).toBeUndefined();
  });

  it("does not break a sender's own run to let it go on", () => {
    const pool = new TransactionPool(headWith(), limits);
    for (const nonce of [0, 1, 2]) pool.add(transfer({ nonce, tipWei: 1 + nonce }));
    expect(refusal(pool, transfer({ nonce: 3, tipWei: 99 }))).toBe("POOL_FULL");
    expect(pool.pendingCount()).toBe(3);
  });

  it("counts bytes too", () => {
    const pool = new TransactionPool(headWith(), { ...DEFAULT_POOL_LIMITS, sizeBytes: 220 });
    for (const nonce of [0, 1]) pool.add(transfer({ nonce, tipWei: 1 }));
    expect(refusal(pool, transfer({ sender: BOB, nonce: 0, tipWei: 1 }))).toBe("POOL_FULL");
    expect(pool.add(transfer({ sender: BOB, nonce: 0, tipWei: 2 }))).toBe("pending");
    expect(pool.sizeBytes).toBe(220);
  });

  it("keeps one sender from filling it", () => {
    const pool = new TransactionPool(headWith(), { ...DEFAULT_POOL_LIMITS, countPerSender: 2 });
    for (const nonce of [0, 1]) pool.add(transfer({ nonce }));
    expect(refusal(pool, transfer({ nonce: 2 }))).toBe("SENDER_QUEUE_FULL");
    expect(pool.add(transfer({ nonce: 1, tipWei: 99, maxFeeWei: 9000 }))).toBe("pending");
  });
});

function refusal(pool: TransactionPool, transaction: SenderTransaction): string {
  try {
    pool.add(transaction);
  } catch (error) {
    if (error instanceof PoolError) return error.code;
    throw error;
  }
  return "accepted";
}
