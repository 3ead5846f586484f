import native from "secp256k1";

/** Everything needed to find out who signed. */
export interface RecoveryItem {
  /** 32 bytes. */
  readonly digest: Uint8Array;
  readonly r: bigint;
  readonly s: bigint;
  readonly yParity: 0 | 1;
}

/** Packed: digest, r, s (32 bytes each), parity. One buffer crosses to a worker without being copied. */
const ITEM_BYTES = 97;

/** Packed: an uncompressed key in SEC 1 form, or zeros where there is none. */
const KEY_BYTES = 65;

const WORD_LIMIT = 1n << 256n;

/** `digest` must have been checked to be 32 bytes; an `r` or `s` beyond 256 bits becomes an invalid zero. */
export function packItems(items: readonly RecoveryItem[]): Uint8Array<ArrayBuffer> {
  const packed = Buffer.alloc(items.length * ITEM_BYTES);
  items.forEach((item, index) => {
    const at = index * ITEM_BYTES;
    packed.set(item.digest, at);
    packed.write(wordDigits(item.r), at + 32, "hex");
    packed.write(wordDigits(item.s), at + 64, "hex");
    packed[at + 96] = item.yParity;
  });
  return packed;
}

export function recoverPacked(packed: Uint8Array): Uint8Array<ArrayBuffer> {
  const count = packed.length / ITEM_BYTES;
  const keys = new Uint8Array(count * KEY_BYTES);
  for (let index = 0; index < count; index += 1) {
    const at = index * ITEM_BYTES;
    const digest = packed.subarray(at, at + 32);
    const signature = packed.subarray(at + 32, at + 96);
    const key = keys.subarray(index * KEY_BYTES, (index + 1) * KEY_BYTES);
    try {
      native.ecdsaRecover(signature, packed[at + 96] ?? 0, digest, false, key);
    } catch {
      key.fill(0);
    }
  }
  return keys;
}

/** 64 bytes a key, each its own; undefined where nothing could be recovered. */
export function unpackKeys(packed: Uint8Array): (Uint8Array | undefined)[] {
  return Array.from({ length: packed.length / KEY_BYTES }, (_, index) => {
    const at = index * KEY_BYTES;
    return packed[at] === 0 ? undefined : packed.slice(at + 1, at + KEY_BYTES);
  });
}

function wordDigits(value: bigint): string {
  const word = value >= 0n && value < WORD_LIMIT ? value : 0n;
  return word.toString(16).padStart(64, "0");
}
