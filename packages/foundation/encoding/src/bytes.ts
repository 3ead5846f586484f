import { EncodingError } from "./encoding-error.ts";

export const EMPTY_BYTES: Uint8Array = new Uint8Array(0);

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  let sizeBytes = 0;
  for (const part of parts) sizeBytes += part.length;
  const joined = allocateBytes(sizeBytes);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/**
 * Bytes to be overwritten, every one: they hold anything. Small ones come from the pool that Node shares out, which
 * takes a fifth of the time, so their `buffer` holds others too.
 */
export function allocateBytes(sizeBytes: number): Uint8Array {
  if (sizeBytes <= ON_HEAP_BYTES) return new Uint8Array(sizeBytes);
  const pooled = Buffer.allocUnsafe(sizeBytes);
  return new Uint8Array(pooled.buffer, pooled.byteOffset, sizeBytes);
}

/** Up to here V8 keeps the bytes in the array itself. */
const ON_HEAP_BYTES = 64;

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return compareBytes(a, b) === 0;
}

/** Lexicographic order, a prefix before what it begins: negative, zero or positive. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  return Buffer.compare(a, b);
}

/** Big-endian value of `bytes`; empty is zero. */
export function bytesToBigInt(bytes: Uint8Array): bigint {
  if (bytes.length === 0) return 0n;
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
  return BigInt(`0x${hex}`);
}

/** Shortest big-endian form of a non-negative value; zero is empty, as RLP wants it. */
export function bigIntToBytes(value: bigint): Uint8Array {
  if (value < 0n) throw new EncodingError({ code: "NUMBER_NEGATIVE", text: String(value) });
  if (value === 0n) return EMPTY_BYTES;
  const digits = value.toString(16);
  return fromHexDigits(digits.length % 2 === 0 ? digits : `0${digits}`);
}

/**
 * Big-endian value in exactly `sizeBytes` bytes.
 *
 * @throws {EncodingError} `NUMBER_TOO_LARGE`, `NUMBER_NEGATIVE`
 */
export function bigIntToFixedBytes(value: bigint, sizeBytes: number): Uint8Array {
  if (value < 0n) throw new EncodingError({ code: "NUMBER_NEGATIVE", text: String(value) });
  const digits = value.toString(16);
  if (digits.length > sizeBytes * 2) {
    throw new EncodingError({ code: "NUMBER_TOO_LARGE", text: digits, sizeBytes });
  }
  return fromHexDigits(digits.padStart(sizeBytes * 2, "0"));
}

function fromHexDigits(digits: string): Uint8Array {
  const buffer = Buffer.from(digits, "hex");
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
