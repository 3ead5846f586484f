import { randomBytes } from "node:crypto";
import { bigIntToFixedBytes, bytesToBigInt, concatBytes } from "@ghostchain/encoding";
import native from "secp256k1";
import { CryptoError } from "./crypto-error.ts";

/** Number of points of the curve: private keys, `r` and `s` lie in `[1, order)`. */
export const SECP256K1_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

const HALF_ORDER = SECP256K1_ORDER >> 1n;

/** Prefix of an uncompressed point in SEC 1; keys here go without it. */
const UNCOMPRESSED = 0x04;

export interface EcdsaSignature {
  readonly r: bigint;
  readonly s: bigint;
}

/** A signature from which the signer's key can be had back. */
export interface RecoverableSignature extends EcdsaSignature {
  /** Whether the nonce point's y is odd. */
  readonly yParity: 0 | 1;
}

/**
 * Signs with the nonce of RFC 6979 and `s` in the lower half (EIP-2), so the same input always gives the
 * same signature.
 *
 * @throws {CryptoError} `DIGEST_SIZE`, `PRIVATE_KEY_INVALID`
 */
export function signDigest(digest: Uint8Array, privateKey: Uint8Array): RecoverableSignature {
  requireDigest(digest);
  requirePrivateKey(privateKey);
  const { signature, recid } = native.ecdsaSign(reduced(digest), privateKey);
  return {
    r: bytesToBigInt(signature.subarray(0, 32)),
    s: bytesToBigInt(signature.subarray(32)),
    yParity: recid === 0 ? 0 : 1,
  };
}

/**
 * Whether `signature` is that of `publicKey` (64 bytes) over `digest`. False for an `s` in the upper half:
 * whoever must accept one puts it through `toLowS` first.
 *
 * @throws {CryptoError} `DIGEST_SIZE`, `PUBLIC_KEY_INVALID`
 */
export function verifyDigest(
  digest: Uint8Array,
  signature: EcdsaSignature,
  publicKey: Uint8Array,
): boolean {
  requireDigest(digest);
  const point = sec1Of(publicKey);
  if (!isScalar(signature.r) || !isScalar(signature.s)) return false;
  return native.ecdsaVerify(compactOf(signature), digest, point);
}

/**
 * The public key (64 bytes) whose signature this is, or undefined where there is none. Accepts an `s` in
 * the upper half, as the ECRECOVER contract must: whether that is allowed is the caller's rule (`isLowS`).
 *
 * @throws {CryptoError} `DIGEST_SIZE`
 */
export function recoverPublicKey(
  digest: Uint8Array,
  signature: RecoverableSignature,
): Uint8Array | undefined {
  requireDigest(digest);
  if (!isScalar(signature.r) || !isScalar(signature.s)) return undefined;
  try {
    const point = native.ecdsaRecover(compactOf(signature), signature.yParity, digest, false);
    return point.subarray(1);
  } catch {
    // The only failure left for well-formed input: `r` is no point's x, or the key would be infinity.
    return undefined;
  }
}

/**
 * Uncompressed, without its prefix: 64 bytes.
 *
 * @throws {CryptoError} `PRIVATE_KEY_INVALID`
 */
export function publicKeyOf(privateKey: Uint8Array): Uint8Array {
  requirePrivateKey(privateKey);
  return native.publicKeyCreate(privateKey, false).subarray(1);
}

/**
 * 64 bytes from SEC 1 form: 33 bytes compressed, or 65 with the prefix 04.
 *
 * @throws {CryptoError} `PUBLIC_KEY_INVALID`
 */
export function parsePublicKey(sec1: Uint8Array): Uint8Array {
  const known =
    (sec1.length === 33 && (sec1[0] === 0x02 || sec1[0] === 0x03)) ||
    (sec1.length === 65 && sec1[0] === UNCOMPRESSED);
  if (!known || !native.publicKeyVerify(sec1)) {
    throw new CryptoError({
      code: "PUBLIC_KEY_INVALID",
      expected: "a point of secp256k1: 33 bytes after 02 or 03, or 65 bytes after 04",
      receivedBytes: sec1.length,
    });
  }
  return native.publicKeyConvert(sec1, false).subarray(1);
}

/** A fresh key from the system's randomness. */
export function generatePrivateKey(): Uint8Array {
  for (;;) {
    const candidate = new Uint8Array(randomBytes(32));
    if (isPrivateKey(candidate)) return candidate;
  }
}

/** Whether these are 32 bytes with a value in `[1, SECP256K1_ORDER)`. */
export function isPrivateKey(bytes: Uint8Array): boolean {
  return bytes.length === 32 && native.privateKeyVerify(bytes);
}

/** Whether `s` is at most half the order, so that the signature is the canonical one of its two. */
export function isLowS(s: bigint): boolean {
  return s <= HALF_ORDER;
}

/** The canonical form of a signature without recovery parity: the same one, or its mirror image. */
export function toLowS(signature: EcdsaSignature): EcdsaSignature {
  const { r, s } = signature;
  return isLowS(s) ? signature : { r, s: SECP256K1_ORDER - s };
}

/** RFC 6979 makes the nonce from the digest modulo the order; the native library leaves that to its caller. */
function reduced(digest: Uint8Array): Uint8Array {
  const value = bytesToBigInt(digest);
  return value < SECP256K1_ORDER ? digest : bigIntToFixedBytes(value - SECP256K1_ORDER, 32);
}

function isScalar(value: bigint): boolean {
  return value > 0n && value < SECP256K1_ORDER;
}

function compactOf(signature: EcdsaSignature): Uint8Array {
  return concatBytes(bigIntToFixedBytes(signature.r, 32), bigIntToFixedBytes(signature.s, 32));
}

function sec1Of(publicKey: Uint8Array): Uint8Array {
  const point = new Uint8Array(65);
  point[0] = UNCOMPRESSED;
  if (publicKey.length === 64) point.set(publicKey, 1);
  if (publicKey.length !== 64 || !native.publicKeyVerify(point)) {
    throw new CryptoError({
      code: "PUBLIC_KEY_INVALID",
      expected: "x and y of a point of secp256k1: 64 bytes without a prefix",
      receivedBytes: publicKey.length,
    });
  }
  return point;
}

function requireDigest(digest: Uint8Array): void {
  if (digest.length === 32) return;
  throw new CryptoError({ code: "DIGEST_SIZE", expectedBytes: 32, receivedBytes: digest.length });
}

function requirePrivateKey(privateKey: Uint8Array): void {
  if (isPrivateKey(privateKey)) return;
  throw new CryptoError({
    code: "PRIVATE_KEY_INVALID",
    expected: "32 bytes, not zero and below the order of secp256k1",
    receivedBytes: privateKey.length,
  });
}
