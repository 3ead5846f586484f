import { AccountsError } from "../accounts-error.ts";

/** Half-bytes, one an element: the steps of a walk through the trie. */
export type Nibbles = Uint8Array;

/** In the first nibble of a hex-prefix encoding. */
const ODD = 1;
const LEAF = 2;

export function nibblesOf(key: Uint8Array): Nibbles {
  const nibbles = new Uint8Array(key.length * 2);
  for (let index = 0; index < key.length; index++) {
    const byte = key[index] as number;
    nibbles[2 * index] = byte >> 4;
    nibbles[2 * index + 1] = byte & 0x0f;
  }
  return nibbles;
}

/** How many steps `a` from `fromA` and `b` from its beginning have in common. */
export function commonPrefixLength(a: Nibbles, fromA: number, b: Nibbles): number {
  const limit = Math.min(a.length - fromA, b.length);
  let length = 0;
  while (length < limit && a[fromA + length] === b[length]) length += 1;
  return length;
}

/** @see Yellow paper, appendix C */
export function encodeHexPrefix(path: Nibbles, isLeaf: boolean): Uint8Array {
  const odd = path.length % 2;
  const bytes = new Uint8Array(1 + (path.length - odd) / 2);
  bytes[0] = ((isLeaf ? LEAF : 0) + odd) << 4;
  if (odd === ODD) bytes[0] |= path[0] as number;
  for (let index = odd, at = 1; index < path.length; index += 2, at += 1) {
    bytes[at] = ((path[index] as number) << 4) | (path[index + 1] as number);
  }
  return bytes;
}

/** @throws {AccountsError} `TRIE_NODE_MALFORMED` unless the flags and the padding are as they must be */
export function decodeHexPrefix(bytes: Uint8Array): { path: Nibbles; isLeaf: boolean } {
  const first = bytes[0] ?? 0xff;
  const flags = first >> 4;
  if (flags > LEAF + ODD || (flags % 2 === 0 && (first & 0x0f) !== 0)) {
    throw new AccountsError({ code: "TRIE_NODE_MALFORMED", reason: "hex prefix" });
  }
  return { path: nibblesOf(bytes).subarray(2 - (flags % 2)), isLeaf: flags >= LEAF };
}
