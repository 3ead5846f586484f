import { isLowS, keccak256, publicKeyOf, recoverPublicKey, signDigest } from "@ghostchain/crypto";
import {
  type Address,
  addressOfBytes,
  type Hardfork,
  type Hash,
  hashOfBytes,
  includesFork,
} from "@ghostchain/evm";
import { ProtocolError } from "../protocol-error.ts";
import { decodeTransaction } from "./decode-transaction.ts";
import {
  encodeForSigning,
  encodeTransaction,
  type UnsignedTransaction,
} from "./encode-transaction.ts";
import type { SenderTransaction, Transaction } from "./transaction.ts";

/** keccak256 of the envelope. */
export function transactionHash(transaction: Transaction): Hash {
  return hashOfBytes(keccak256(encodeTransaction(transaction)));
}

/** The 32 bytes that the sender signs. */
export function signingDigest(transaction: UnsignedTransaction): Uint8Array {
  return keccak256(encodeForSigning(transaction));
}

/**
 * The account whose key signed it.
 *
 * @throws {ProtocolError} `TRANSACTION_SIGNATURE_INVALID`: no key signs so, or `s` is in the upper half of its
 *   range, which EIP-2 forbids since Homestead
 */
export function recoverSender(transaction: Transaction, hardfork: Hardfork): Address {
  const { signature } = transaction;
  if (includesFork(hardfork, "homestead") && !isLowS(signature.s)) {
    throw invalidSignature("s is in the upper half of its range");
  }
  const publicKey = recoverPublicKey(signingDigest(transaction), signature);
  if (publicKey === undefined) throw invalidSignature("no public key yields it");
  return addressOfPublicKey(publicKey);
}

/** Decodes an envelope and recovers who sent it: what comes in from a wallet or a peer. */
export function openTransaction(encoded: Uint8Array, hardfork: Hardfork): SenderTransaction {
  const transaction = decodeTransaction(encoded);
  const sender = recoverSender(transaction, hardfork);
  return { transaction, hash: hashOfBytes(keccak256(encoded)), sender, encoded };
}

/** Signs with `privateKey` (32 bytes), always the same way (RFC 6979). */
export function signTransaction(
  unsigned: UnsignedTransaction,
  privateKey: Uint8Array,
): SenderTransaction {
  const signature = signDigest(signingDigest(unsigned), privateKey);
  const transaction: Transaction = { ...unsigned, signature };
  const encoded = encodeTransaction(transaction);
  const sender = addressOfPublicKey(publicKeyOf(privateKey));
  return { transaction, hash: hashOfBytes(keccak256(encoded)), sender, encoded };
}

/** Of the uncompressed key without its prefix: 64 bytes. */
export function addressOfPublicKey(publicKey: Uint8Array): Address {
  return addressOfBytes(keccak256(publicKey).subarray(12));
}

function invalidSignature(reason: string): ProtocolError {
  const message = `invalid transaction signature: ${reason}`;
  return new ProtocolError({ code: "TRANSACTION_SIGNATURE_INVALID", reason }, message);
}
