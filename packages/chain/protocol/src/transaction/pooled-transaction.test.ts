import { sha256 } from "@ghostchain/crypto";
import { bigIntToBytes, decodeRlp, encodeRlp, type RlpInput } from "@ghostchain/encoding";
import { hashOfBytes, ZERO_ADDRESS } from "@ghostchain/evm";
import { describe, expect, it } from "vitest";
import { encodeTransaction } from "./encode-transaction.ts";
import { decodePooledTransaction } from "./pooled-transaction.ts";
import type { BlobTransaction } from "./transaction.ts";

const commitment = new Uint8Array(48).fill(7);
const blob = new Uint8Array(131_072).fill(9);
const versionedHash = sha256(commitment).slice();
versionedHash[0] = 1;

const transaction: BlobTransaction = {
  type: 3,
  chainId: 1n,
  nonce: 0n,
  maxFeePerGasWei: 1n,
  maxPriorityFeePerGasWei: 1n,
  gasLimit: 21_000n,
  to: ZERO_ADDRESS,
  valueWei: 0n,
  data: new Uint8Array(),
  accessList: [],
  maxFeePerBlobGasWei: 1n,
  blobHashes: [hashOfBytes(versionedHash)],
  signature: { r: 1n, s: 1n, yParity: 0 },
};
const encoded = encodeTransaction(transaction);

describe("decodePooledTransaction", () => {
  it("strips the sidecar with one proof a blob", () => {
    const pooled = decodePooledTransaction(wrap([[blob], [commitment], [commitment]]));
    expect(pooled.transaction).toEqual(transaction);
    expect(pooled.encoded).toEqual(encoded);
    expect(pooled.sidecar?.blobs).toEqual([blob]);
  });

  it("strips the sidecar with a proof for each cell", () => {
    const proofs = Array(128).fill(commitment);
    const pooled = decodePooledTransaction(wrap([bigIntToBytes(1n), [blob], [commitment], proofs]));
    expect(pooled.encoded).toEqual(encoded);
    expect(pooled.sidecar?.proofs.length).toBe(128);
  });

  it("takes a transaction that comes without its blobs", () => {
    const pooled = decodePooledTransaction(encoded);
    expect(pooled).toEqual({ transaction, encoded, sidecar: undefined });
  });

  it.each<[string, RlpInput[]]>([
    ["another commitment", [[blob], [new Uint8Array(48)], [commitment]]],
    ["a missing proof", [[blob], [commitment], []]],
    ["a short blob", [[blob.subarray(1)], [commitment], [commitment]]],
    ["an unknown version", [bigIntToBytes(2n), [blob], [commitment], [commitment]]],
    ["a missing list", [[blob], [commitment]]],
  ])("refuses %s", (_, sidecar) => {
    expect(() => decodePooledTransaction(wrap(sidecar))).toThrowError(
      expect.objectContaining({ code: "TRANSACTION_MALFORMED" }),
    );
  });
});

function wrap(sidecar: readonly RlpInput[]): Uint8Array {
  const body = decodeRlp(encoded.subarray(1));
  return Buffer.concat([Uint8Array.of(3), encodeRlp([body, ...sidecar])]);
}
