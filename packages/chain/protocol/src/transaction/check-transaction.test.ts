import type { Address, Hardfork, Hash } from "@ghostchain/evm";
import { describe, expect, it } from "vitest";
import { checkTransaction, transactionFault } from "./check-transaction.ts";
import { floorDataGas, intrinsicGas } from "./intrinsic-gas.ts";
import type { FeeMarketTransaction, Transaction } from "./transaction.ts";

const OSAKA = { hardfork: "osaka", chainId: 7n } as const;
const TO = `0x${"11".repeat(20)}` as Address;
const BLOB = `0x01${"22".repeat(31)}` as Hash;

const plain: FeeMarketTransaction = {
  type: 2,
  chainId: 7n,
  nonce: 0n,
  maxFeePerGasWei: 10n,
  maxPriorityFeePerGasWei: 1n,
  gasLimit: 100_000n,
  to: TO,
  valueWei: 1n,
  data: new Uint8Array(),
  accessList: [],
  signature: { r: 1n, s: 1n, yParity: 0 },
};
const blob: Transaction = { ...plain, type: 3, maxFeePerBlobGasWei: 1n, blobHashes: [BLOB] };
const setCode: Transaction = {
  ...plain,
  type: 4,
  authorizations: [{ chainId: 0n, address: TO, nonce: 0n, yParity: 0n, r: 1n, s: 1n }],
};
const legacy: Transaction = {
  type: 0,
  chainId: 7n,
  nonce: 0n,
  gasPriceWei: 1n,
  gasLimit: 50_000n,
  to: TO,
  valueWei: 0n,
  data: new Uint8Array(),
  signature: plain.signature,
};
const initCode = { to: undefined, gasLimit: 4_000_000n };

describe("checkTransaction", () => {
  it("passes one good transaction of each type", () => {
    for (const good of [legacy, plain, blob, setCode]) {
      expect(transactionFault(good, OSAKA)).toBeUndefined();
    }
  });

  it.each<[string, Transaction, Hardfork]>([
    ["TRANSACTION_TYPE_UNSUPPORTED", plain, "berlin"],
    ["TRANSACTION_TYPE_UNSUPPORTED", blob, "shanghai"],
    ["TRANSACTION_TYPE_UNSUPPORTED", setCode, "cancun"],
    ["TRANSACTION_SIGNATURE_INVALID", legacy, "homestead"],
    ["TRANSACTION_CHAIN_ID_WRONG", { ...plain, chainId: 8n }, "osaka"],
    ["TRANSACTION_NONCE_MAXIMUM", { ...plain, nonce: 2n ** 64n - 1n }, "osaka"],
    ["TRANSACTION_TIP_ABOVE_FEE", { ...plain, maxPriorityFeePerGasWei: 11n }, "osaka"],
    ["TRANSACTION_COST_OVERFLOW", { ...plain, maxFeePerGasWei: 2n ** 255n }, "osaka"],
    ["TRANSACTION_GAS_TOO_LOW", { ...plain, gasLimit: 20_999n }, "osaka"],
    ["TRANSACTION_GAS_TOO_LOW", { ...plain, to: undefined, gasLimit: 52_999n }, "osaka"],
    [
      "TRANSACTION_FLOOR_GAS_TOO_LOW",
      { ...plain, data: new Uint8Array(100).fill(1), gasLimit: 24_999n },
      "prague",
    ],
    ["TRANSACTION_GAS_ABOVE_CAP", { ...plain, gasLimit: 16_777_217n }, "osaka"],
    [
      "TRANSACTION_INIT_CODE_TOO_LARGE",
      { ...plain, ...initCode, data: new Uint8Array(49_153) },
      "shanghai",
    ],
    ["TRANSACTION_RECIPIENT_MISSING", { ...blob, to: undefined }, "osaka"],
    ["TRANSACTION_RECIPIENT_MISSING", { ...setCode, to: undefined }, "osaka"],
    ["TRANSACTION_BLOBS_MISSING", { ...blob, blobHashes: [] }, "osaka"],
    ["TRANSACTION_BLOBS_TOO_MANY", { ...blob, blobHashes: Array(7).fill(BLOB) }, "osaka"],
    [
      "TRANSACTION_BLOB_VERSION_UNKNOWN",
      { ...blob, blobHashes: [`0x02${"00".repeat(31)}` as Hash] },
      "osaka",
    ],
    ["TRANSACTION_AUTHORIZATIONS_MISSING", { ...setCode, authorizations: [] }, "osaka"],
  ])("answers %s", (code, transaction, hardfork) => {
    expect(() => checkTransaction(transaction, { ...OSAKA, hardfork })).toThrowError(
      expect.objectContaining({ code }),
    );
  });

  it.each<[Transaction, Hardfork]>([
    [{ ...plain, gasLimit: 16_777_217n }, "prague"],
    [{ ...plain, gasLimit: 16_777_216n }, "osaka"],
    [{ ...plain, ...initCode, data: new Uint8Array(49_152) }, "shanghai"],
    [{ ...plain, ...initCode, data: new Uint8Array(49_153) }, "london"],
    [{ ...blob, blobHashes: Array(7).fill(BLOB) }, "prague"],
    [{ ...legacy, chainId: undefined }, "frontier"],
  ])("stops at the border of each rule (%#)", (transaction, hardfork) => {
    expect(transactionFault(transaction, { ...OSAKA, hardfork })).toBeUndefined();
  });
});

describe("intrinsicGas", () => {
  const data = Uint8Array.of(0, 0, 0, 1, 2);
  const accessList = [{ address: TO, storageKeys: [BLOB, BLOB] }];

  it.each<[Hardfork, bigint]>([
    ["frontier", 21_000n + 3n * 4n + 2n * 68n],
    ["homestead", 53_000n + 3n * 4n + 2n * 68n],
    ["istanbul", 53_000n + 3n * 4n + 2n * 16n],
    ["shanghai", 53_000n + 3n * 4n + 2n * 16n + 2n],
  ])("of a creation follows the rules of %s", (hardfork, expected) => {
    expect(intrinsicGas({ to: undefined, data }, hardfork)).toBe(expected);
  });

  it("counts access lists and authorizations", () => {
    const call = { to: TO, data: new Uint8Array(), accessList, authorizations: [0, 0] };
    expect(intrinsicGas(call, "prague")).toBe(21_000n + 2_400n + 2n * 1_900n + 50_000n);
  });

  it("has a floor of ten gas a token since Prague", () => {
    expect(floorDataGas({ data }, "cancun")).toBe(0n);
    expect(floorDataGas({ data }, "prague")).toBe(21_000n + 10n * (3n + 8n));
  });
});
