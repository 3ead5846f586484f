import {
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from "node:crypto";
import { concatBytes } from "@ghostchain/encoding";
import { CryptoError } from "./crypto-error.ts";

/** DER around a raw key, RFC 8410: everything but the key is constant. */
const PKCS8_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");
const SPKI_PREFIX = Buffer.from("302a300506032b6570032100", "hex");

export interface Ed25519KeyPair {
  /** The 32-byte seed of RFC 8032. */
  readonly privateKey: Uint8Array;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
}

export function generateEd25519KeyPair(): Ed25519KeyPair {
  const privateKey = new Uint8Array(randomBytes(32));
  return { privateKey, publicKey: ed25519PublicKeyOf(privateKey) };
}

/** @throws {CryptoError} `PRIVATE_KEY_INVALID` unless it is 32 bytes */
export function ed25519PublicKeyOf(privateKey: Uint8Array): Uint8Array {
  const spki = createPublicKey(privateKeyObject(privateKey)).export({
    format: "der",
    type: "spki",
  });
  return new Uint8Array(spki.subarray(SPKI_PREFIX.length));
}

/**
 * 64 bytes, the pure scheme of RFC 8032.
 *
 * @throws {CryptoError} `PRIVATE_KEY_INVALID` unless the key is 32 bytes
 */
export function signEd25519(message: Uint8Array, privateKey: Uint8Array): Uint8Array {
  return new Uint8Array(sign(null, message, privateKeyObject(privateKey)));
}

/**
 * Whether `signature` is that of `publicKey` over `message`; a signature of another length than 64 is not.
 *
 * @throws {CryptoError} `PUBLIC_KEY_INVALID` unless the key is 32 bytes
 */
export function verifyEd25519(
  message: Uint8Array,
  signature: Uint8Array,
  publicKey: Uint8Array,
): boolean {
  const key = publicKeyObject(publicKey);
  return signature.length === 64 && verify(null, message, key, signature);
}

function privateKeyObject(privateKey: Uint8Array): KeyObject {
  if (privateKey.length !== 32) {
    throw new CryptoError({
      code: "PRIVATE_KEY_INVALID",
      expected: "an ed25519 seed of 32 bytes",
      receivedBytes: privateKey.length,
    });
  }
  const key = Buffer.from(concatBytes(PKCS8_PREFIX, privateKey));
  return createPrivateKey({ key, format: "der", type: "pkcs8" });
}

function publicKeyObject(publicKey: Uint8Array): KeyObject {
  if (publicKey.length !== 32) {
    throw new CryptoError({
      code: "PUBLIC_KEY_INVALID",
      expected: "an ed25519 public key of 32 bytes",
      receivedBytes: publicKey.length,
    });
  }
  const key = Buffer.from(concatBytes(SPKI_PREFIX, publicKey));
  return createPublicKey({ key, format: "der", type: "spki" });
}
