import { keccak256 } from "@ghostchain/crypto";
import { hexToBytes } from "@ghostchain/encoding";
import type { Address, Hash, Log } from "@ghostchain/evm";

const BLOOM_BYTES = 256;

/** The filter that tells which addresses and topics these logs cannot have. */
export function logsBloomOf(logs: readonly Log[]): Uint8Array {
  const bloom = new Uint8Array(BLOOM_BYTES);
  for (const { address, topics } of logs) {
    add(bloom, address);
    for (const topic of topics) add(bloom, topic);
  }
  return bloom;
}

/** The filter of all that is in any of `blooms`. */
export function mergeBlooms(blooms: Iterable<Uint8Array>): Uint8Array {
  const merged = new Uint8Array(BLOOM_BYTES);
  for (const bloom of blooms) {
    for (let index = 0; index < BLOOM_BYTES; index++) {
      merged[index] = (merged[index] as number) | (bloom[index] as number);
    }
  }
  return merged;
}

/** False: certainly no log with this address or topic. True: perhaps one. */
export function mayContain(bloom: Uint8Array, value: Address | Hash): boolean {
  return bitsOf(value).every((bit) => ((bloom[byteOf(bit)] as number) & maskOf(bit)) !== 0);
}

function add(bloom: Uint8Array, value: Address | Hash): void {
  for (const bit of bitsOf(value))
    bloom[byteOf(bit)] = (bloom[byteOf(bit)] as number) | maskOf(bit);
}

/** Three numbers of 11 bits, from the first three pairs of bytes of the hash (yellow paper, M3:2048). */
function bitsOf(value: Address | Hash): number[] {
  const hash = keccak256(hexToBytes(value));
  return [0, 2, 4].map((at) => (((hash[at] as number) << 8) | (hash[at + 1] as number)) & 0x7ff);
}

/** Bit 0 is the lowest bit of the last byte. */
function byteOf(bit: number): number {
  return BLOOM_BYTES - 1 - (bit >> 3);
}

function maskOf(bit: number): number {
  return 1 << (bit & 7);
}
