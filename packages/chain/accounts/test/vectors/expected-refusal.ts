import assert from "node:assert/strict";

/** What the authors of the vectors call a rule, and the codes by which we name it. */
const CODES: Readonly<Record<string, readonly string[]>> = {
  INSUFFICIENT_ACCOUNT_FUNDS: ["TRANSACTION_FUNDS_INSUFFICIENT"],
  INTRINSIC_GAS_TOO_LOW: ["TRANSACTION_GAS_TOO_LOW", "TRANSACTION_FLOOR_GAS_TOO_LOW"],
  GAS_LIMIT_EXCEEDS_MAXIMUM: ["TRANSACTION_GAS_ABOVE_CAP"],
  GAS_ALLOWANCE_EXCEEDED: ["TRANSACTION_GAS_ABOVE_BLOCK"],
  GASLIMIT_PRICE_PRODUCT_OVERFLOW: ["TRANSACTION_COST_OVERFLOW"],
  INITCODE_SIZE_EXCEEDED: ["TRANSACTION_INIT_CODE_TOO_LARGE"],
  INSUFFICIENT_MAX_FEE_PER_GAS: ["TRANSACTION_FEE_BELOW_BASE_FEE"],
  INSUFFICIENT_MAX_FEE_PER_BLOB_GAS: ["TRANSACTION_BLOB_FEE_BELOW_BASE_FEE"],
  PRIORITY_GREATER_THAN_MAX_FEE_PER_GAS: ["TRANSACTION_TIP_ABOVE_FEE"],
  SENDER_NOT_EOA: ["TRANSACTION_SENDER_HAS_CODE"],
  NONCE_IS_MAX: ["TRANSACTION_NONCE_MAXIMUM"],
  NONCE_MISMATCH_TOO_LOW: ["TRANSACTION_NONCE_TOO_LOW"],
  NONCE_MISMATCH_TOO_HIGH: ["TRANSACTION_NONCE_TOO_HIGH"],
  TYPE_3_TX_PRE_FORK: ["TRANSACTION_TYPE_UNSUPPORTED"],
  TYPE_3_TX_ZERO_BLOBS: ["TRANSACTION_BLOBS_MISSING"],
  TYPE_3_TX_BLOB_COUNT_EXCEEDED: ["TRANSACTION_BLOBS_TOO_MANY", "TRANSACTION_BLOB_GAS_ABOVE_BLOCK"],
  TYPE_3_TX_MAX_BLOB_GAS_ALLOWANCE_EXCEEDED: [
    "TRANSACTION_BLOBS_TOO_MANY",
    "TRANSACTION_BLOB_GAS_ABOVE_BLOCK",
  ],
  TYPE_3_TX_INVALID_BLOB_VERSIONED_HASH: ["TRANSACTION_BLOB_VERSION_UNKNOWN"],
  TYPE_3_TX_CONTRACT_CREATION: ["TRANSACTION_RECIPIENT_MISSING", "TRANSACTION_MALFORMED"],
  TYPE_4_EMPTY_AUTHORIZATION_LIST: ["TRANSACTION_AUTHORIZATIONS_MISSING"],
  TYPE_4_TX_CONTRACT_CREATION: ["TRANSACTION_RECIPIENT_MISSING", "TRANSACTION_MALFORMED"],
  TYPE_4_TX_PRE_FORK: ["TRANSACTION_TYPE_UNSUPPORTED"],
};

/**
 * Fails unless the transaction was refused when it had to be, and for one of the reasons given. A name we
 * have no code for is met by any coded refusal.
 */
export function checkRefusal(failure: unknown, expected: string | undefined): void {
  if (expected === undefined) {
    if (failure !== undefined) throw failure;
    return;
  }
  const code = failure instanceof Error && "code" in failure ? failure.code : undefined;
  assert(typeof code === "string", `not refused (${failure}), expected ${expected}`);
  const names = expected.split("|").map((name) => name.replace("TransactionException.", ""));
  const codes = names.flatMap((name) => CODES[name] ?? [code]);
  assert(codes.includes(code), `refused for ${code}, expected ${expected}`);
}
