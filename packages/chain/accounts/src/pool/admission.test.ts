import { EMPTY_CODE_HASH, type Hash } from "@ghostchain/evm";
import type { SenderTransaction, Transaction } from "@ghostchain/protocol";
import { describe, expect, it } from "vitest";
import type { PoolHead } from "./admission.ts";
import { PoolError } from "./pool-error.ts";
import { ALICE, BOB, headWith, transfer } from "./pool-fixture.ts";
import { DEFAULT_POOL_LIMITS, type PoolLimits, TransactionPool } from "./transaction-pool.ts";

const BLOB_HASH = `0x01${"0".repeat(62)}` as Hash;
const AUTHORIZATION = { chainId: 1n, address: BOB, nonce: 0n, yParity: 0n, r: 1n, s: 1n };

describe("a transaction that breaks a rule", () => {
  it("is refused in the words tools look for", () => {
    const known = transfer({ nonce: 0 });
    const pool = new TransactionPool(headWith());
    pool.add(known);
    expect(() => pool.add(known)).toThrow(/^already known$/);
    const poor = headWith(new Map([[ALICE, { nonce: 4, balanceWei: 5n }]]));
    expect(() => new TransactionPool(poor).add(transfer({ nonce: 3 }))).toThrow(/^nonce too low: /);
    expect(() => new TransactionPool(poor).add(transfer({ nonce: 4 }))).toThrow(
      /^insufficient funds for gas \* price \+ value: balance 5, tx cost 21021000$/,
    );
  });

  it("is told what its earlier transactions have already claimed", () => {
    const rich = headWith(new Map([[ALICE, { balanceWei: 21_000n * 1001n + 9n }]]));
    const pool = new TransactionPool(rich);
    pool.add(transfer({ nonce: 0 }));
    expect(() => pool.add(transfer({ nonce: 1 }))).toThrow("queued cost 21021000");
  });

  it.each<[code: string, change: object, head?: Partial<PoolHead>, limits?: Partial<PoolLimits>]>([
    ["TRANSACTION_CHAIN_ID_WRONG", { chainId: 1n }],
    ["TRANSACTION_NONCE_MAXIMUM", { nonce: 2n ** 64n - 1n }],
    ["TRANSACTION_GAS_TOO_LOW", { gasLimit: 20_999n }],
    ["TRANSACTION_GAS_TOO_LOW", { accessList: [{ address: BOB, storageKeys: [] }] }],
    ["TRANSACTION_FLOOR_GAS_TOO_LOW", { data: new Uint8Array(100).fill(1), gasLimit: 23_000n }],
    ["TRANSACTION_GAS_ABOVE_BLOCK", { gasLimit: 30_000_001n }, { hardfork: "prague" }],
    ["TRANSACTION_GAS_ABOVE_CAP", { gasLimit: 16_777_217n }],
    [
      "TRANSACTION_INIT_CODE_TOO_LARGE",
      { to: undefined, data: new Uint8Array(49_153), gasLimit: 9_000_000n },
    ],
    ["TRANSACTION_TOO_LARGE", {}, {}, { transactionSizeBytes: 109 }],
    ["TRANSACTION_TIP_ABOVE_FEE", { maxPriorityFeePerGasWei: 5000n }],
    ["TRANSACTION_UNDERPRICED", {}, {}, { minimumTipWei: 2n }],
    ["TRANSACTION_FEE_BELOW_BASE_FEE", {}, { baseFeeWei: 1002n }, { feeBelowBaseFee: "refuse" }],
    ["TRANSACTION_TYPE_UNSUPPORTED", {}, { hardfork: "berlin" }],
    ["TRANSACTION_TYPE_UNSUPPORTED", { type: 4, authorizations: [] }, { hardfork: "cancun" }],
    ["TRANSACTION_AUTHORIZATIONS_MISSING", { type: 4, authorizations: [] }],
    [
      "TRANSACTION_RECIPIENT_MISSING",
      { gasLimit: 99_000n, type: 4, authorizations: [AUTHORIZATION], to: undefined },
    ],
    ["TRANSACTION_BLOBS_MISSING", blobs([])],
    ["TRANSACTION_BLOBS_TOO_MANY", blobs(Array<Hash>(7).fill(BLOB_HASH))],
    ["TRANSACTION_BLOB_VERSION_UNKNOWN", blobs([EMPTY_CODE_HASH])],
    ["TRANSACTION_RECIPIENT_MISSING", { ...blobs([BLOB_HASH]), gasLimit: 99_000n, to: undefined }],
    [
      "TRANSACTION_BLOB_FEE_BELOW_BASE_FEE",
      blobs([BLOB_HASH]),
      { blobBaseFeeWei: 9n },
      { feeBelowBaseFee: "refuse" },
    ],
    ["accepted", blobs([BLOB_HASH])],
    ["accepted", { type: 4, authorizations: [AUTHORIZATION], gasLimit: 46_000n }],
    ["accepted", { to: undefined, gasLimit: 53_000n }],
    ["accepted", { gasLimit: 21_000n, data: new Uint8Array() }, { hardfork: "london" }],
  ])("%s", (code, change, head, limits) => {
    const pool = new TransactionPool(headWith(new Map(), head), {
      ...DEFAULT_POOL_LIMITS,
      ...limits,
    });
    const plain = transfer({ nonce: 0 });
    const transaction = { ...plain.transaction, ...change } as Transaction;
    expect(outcome(pool, { ...plain, transaction })).toBe(code);
    expect(pool.count).toBe(code === "accepted" ? 1 : 0);
  });

  it("comes from a contract, unless its code is a delegation", () => {
    const withCode = (code: Uint8Array) =>
      headWith(new Map(), {
        state: {
          account: () => ({ nonce: 0n, balanceWei: 10n ** 24n, codeHash: BLOB_HASH }),
          code: () => code,
        },
      });
    const contract = new TransactionPool(withCode(new Uint8Array([0x60])));
    expect(outcome(contract, transfer({ nonce: 0 }))).toBe("TRANSACTION_SENDER_HAS_CODE");
    const delegation = Uint8Array.of(0xef, 0x01, 0x00, ...new Uint8Array(20));
    expect(outcome(new TransactionPool(withCode(delegation)), transfer({ nonce: 0 }))).toBe(
      "accepted",
    );
  });
});

function blobs(blobHashes: readonly Hash[]): object {
  return { type: 3, blobHashes, maxFeePerBlobGasWei: 5n };
}

function outcome(pool: TransactionPool, transaction: SenderTransaction): string {
  try {
    pool.add(transaction);
    return "accepted";
  } catch (error) {
    if (error instanceof PoolError) return error.code;
    throw error;
  }
}
