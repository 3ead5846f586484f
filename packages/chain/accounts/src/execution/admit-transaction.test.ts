import { type Address, addressOfWord, delegationTo } from "@ghostchain/evm";
import type { Transaction } from "@ghostchain/protocol";
import { describe, expect, it } from "vitest";
import { type BlockExecution, executeTransaction } from "./execute-transaction.ts";
import { blockOn, fromSender, type Held, SENDER, transferOf } from "./execution-fixture.ts";

function blobTransaction(
  fields: { maxFeePerBlobGasWei?: bigint; blobs?: number } = {},
): Transaction {
  const { maxFeePerBlobGasWei = 5n, blobs = 1 } = fields;
  const blobHashes = Array.from({ length: blobs }, () => `0x01${"00".repeat(31)}`) as never;
  return { ...transferOf(), type: 3, maxFeePerBlobGasWei, blobHashes };
}

function sender(held: Held): [Address, Held][] {
  return [[SENDER, held]];
}

interface Refusal {
  readonly rule: string;
  readonly code: string;
  readonly transaction: Transaction;
  readonly execution?: BlockExecution;
}

const REFUSALS: readonly Refusal[] = [
  {
    rule: "a nonce that was used",
    code: "TRANSACTION_NONCE_TOO_LOW",
    transaction: transferOf(),
    execution: blockOn(sender({ nonce: 1n, balanceWei: 10n ** 18n })),
  },
  {
    rule: "a nonce that leaves a gap",
    code: "TRANSACTION_NONCE_TOO_HIGH",
    transaction: transferOf({ nonce: 1n }),
  },
  {
    rule: "a sender with code",
    code: "TRANSACTION_SENDER_HAS_CODE",
    transaction: transferOf(),
    execution: blockOn(sender({ balanceWei: 10n ** 18n, code: Uint8Array.of(0) })),
  },
  {
    rule: "a sender who could not pay the highest fee, though the actual one",
    code: "TRANSACTION_FUNDS_INSUFFICIENT",
    transaction: transferOf({ valueWei: 1n }),
    execution: blockOn(sender({ balanceWei: 100_000n * 20n })),
  },
  {
    rule: "a sender who could not pay the highest fee for blobs",
    code: "TRANSACTION_FUNDS_INSUFFICIENT",
    transaction: blobTransaction(),
    execution: blockOn(sender({ balanceWei: 100_000n * 20n + 131_072n * 5n - 1n })),
  },
  {
    rule: "a fee below the base fee",
    code: "TRANSACTION_FEE_BELOW_BASE_FEE",
    transaction: transferOf({ maxFeePerGasWei: 9n }),
  },
  {
    rule: "a blob fee below the blob base fee",
    code: "TRANSACTION_BLOB_FEE_BELOW_BASE_FEE",
    transaction: blobTransaction({ maxFeePerBlobGasWei: 1n }),
  },
  {
    rule: "more gas than the block has left",
    code: "TRANSACTION_GAS_ABOVE_BLOCK",
    transaction: transferOf({ gasLimit: 100_001n }),
    execution: { ...blockOn(), availableGas: 100_000n },
  },
  {
    rule: "more blobs than the block has left",
    code: "TRANSACTION_BLOB_GAS_ABOVE_BLOCK",
    transaction: blobTransaction({ blobs: 3 }),
    execution: { ...blockOn(), availableBlobGas: 2n * 131_072n },
  },
  {
    rule: "what it breaks by itself",
    code: "TRANSACTION_GAS_TOO_LOW",
    transaction: transferOf({ gasLimit: 20_999n }),
  },
];

describe("admitTransaction", () => {
  for (const { rule, code, transaction, execution = blockOn() } of REFUSALS) {
    it(`refuses ${rule}, and changes nothing`, () => {
      expect(() => executeTransaction(execution, fromSender(transaction))).toThrow(
        expect.objectContaining({ code }),
      );
      expect(execution.world.changes().accounts.size).toBe(0);
    });
  }

  it("takes a sender whose code is a delegation", () => {
    const code = delegationTo(addressOfWord(9n));
    const execution = blockOn(sender({ balanceWei: 10n ** 18n, code }));
    expect(executeTransaction(execution, fromSender(transferOf())).succeeded).toBe(true);
  });

  it("takes a sender who can pay exactly", () => {
    const execution = blockOn(sender({ balanceWei: 100_000n * 20n + 7n }));
    const executed = executeTransaction(execution, fromSender(transferOf({ valueWei: 7n })));
    expect(executed.succeeded).toBe(true);
  });
});
