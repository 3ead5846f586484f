import { keccak256 } from "@ghostchain/crypto";
import type { Hex } from "viem";

/** The three bits that an address or a topic sets in a header's bloom, as byte index and mask. */
export interface BloomBits {
  readonly bytes: readonly [number, number, number];
  readonly masks: readonly [number, number, number];
}

/** @see Yellow Paper, section 4.3.1, the function M3:2048 */
export function bloomBits(item: Hex): BloomBits {
  const digest = keccak256(toBytes(item));
  const bit = (pair: number) => (((digest[pair] ?? 0) << 8) | (digest[pair + 1] ?? 0)) & 2047;
  const bits = [bit(0), bit(2), bit(4)] as const;
  const byteOf = (index: number) => 255 - (index >> 3);
  const maskOf = (index: number) => 1 << (index & 7);
  return {
    bytes: [byteOf(bits[0]), byteOf(bits[1]), byteOf(bits[2])],
    masks: [maskOf(bits[0]), maskOf(bits[1]), maskOf(bits[2])],
  };
}

/** A header's bloom, to ask what its block cannot contain. */
export class LogBloom {
  readonly #bytes: Uint8Array;

  constructor(logsBloom: Hex) {
    this.#bytes = toBytes(logsBloom);
  }

  /** False means certainly not; true means perhaps. */
  mayHave({ bytes, masks }: BloomBits): boolean {
    const has = (i: 0 | 1 | 2) => ((this.#bytes[bytes[i]] ?? 0) & masks[i]) !== 0;
    return has(0) && has(1) && has(2);
  }
}

function toBytes(hex: Hex): Uint8Array {
  return Buffer.from(hex.slice(2), "hex");
}
