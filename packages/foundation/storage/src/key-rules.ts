import { compareBytes } from "@ghostchain/encoding";
import type { KeyChange, KeyRange } from "./key-value.ts";
import { StorageError } from "./storage-error.ts";

const MAX_KEY_BYTES = 512;

/** A bound need not be a key: the one just after the longest key has a byte more. */
const MAX_BOUND_BYTES = MAX_KEY_BYTES + 1;

/** Every store refuses what one of them cannot hold, and does so before anything is written. */
export function requireKey(key: Uint8Array): void {
  requireSize(key, 1, MAX_KEY_BYTES);
}

export function requireKeys(changes: readonly KeyChange[]): void {
  for (const { key } of changes) requireKey(key);
}

/** Whether the range can hold anything at all. */
export function isOpenRange({ from, to, limit }: KeyRange): boolean {
  requireSize(from, 0, MAX_BOUND_BYTES);
  requireSize(to, 0, MAX_BOUND_BYTES);
  return compareBytes(from, to) < 0 && (limit === undefined || limit > 0);
}

function requireSize(bytes: Uint8Array, minBytes: number, maxBytes: number): void {
  const sizeBytes = bytes.length;
  if (sizeBytes >= minBytes && sizeBytes <= maxBytes) return;
  throw new StorageError({ code: "KEY_SIZE", sizeBytes, minBytes, maxBytes });
}
