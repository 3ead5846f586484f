import { EMPTY_BYTES } from "@ghostchain/encoding";

const WORD_BYTES = 32;
const INITIAL_BYTES = 1024;

/**
 * A frame's memory: zero until written, grown by whole words. Who grows it has paid for it; the other
 * methods stay within the size.
 */
export class Memory {
  /** Multiple of 32. What lies behind it in the buffer is zero. */
  sizeBytes = 0;
  #bytes: Uint8Array = EMPTY_BYTES;
  #view = new DataView(EMPTY_BYTES.buffer);

  /** Makes `sizeBytes` (a multiple of 32) of memory, unless there is as much already. */
  growTo(sizeBytes: number): void {
    if (sizeBytes <= this.sizeBytes) return;
    if (sizeBytes > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(sizeBytes, 2 * this.#bytes.length, INITIAL_BYTES));
      grown.set(this.#bytes);
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    this.sizeBytes = sizeBytes;
  }

  readWord(offset: number): bigint {
    const view = this.#view;
    const low = (view.getBigUint64(offset + 16) << 64n) | view.getBigUint64(offset + 24);
    const high = (view.getBigUint64(offset) << 64n) | view.getBigUint64(offset + 8);
    return high === 0n ? low : (high << 128n) | low;
  }

  writeWord(offset: number, word: bigint): void {
    const view = this.#view;
    view.setBigUint64(offset, word >> 192n);
    view.setBigUint64(offset + 8, word >> 128n);
    view.setBigUint64(offset + 16, word >> 64n);
    view.setBigUint64(offset + 24, word);
  }

  writeByte(offset: number, byte: number): void {
    this.#bytes[offset] = byte;
  }

  /** A copy that later writes do not change. */
  read(offset: number, sizeBytes: number): Uint8Array {
    return sizeBytes === 0 ? EMPTY_BYTES : this.#bytes.slice(offset, offset + sizeBytes);
  }

  /** What is there now; valid until the next write or growth. */
  view(offset: number, sizeBytes: number): Uint8Array {
    return this.#bytes.subarray(offset, offset + sizeBytes);
  }

  write(offset: number, bytes: Uint8Array): void {
    if (bytes.length > 0) this.#bytes.set(bytes, offset);
  }

  /** `sizeBytes` of `source` from `sourceOffset` on; where the source has ended, zeros. */
  writePadded(offset: number, source: Uint8Array, sourceOffset: number, sizeBytes: number): void {
    if (sizeBytes === 0) return;
    const from = Math.min(sourceOffset, source.length);
    const part = source.subarray(from, Math.min(from + sizeBytes, source.length));
    this.#bytes.set(part, offset);
    this.#bytes.fill(0, offset + part.length, offset + sizeBytes);
  }

  /** Source and target may overlap. */
  copyWithin(offset: number, from: number, sizeBytes: number): void {
    this.#bytes.copyWithin(offset, from, from + sizeBytes);
  }
}

/**
 * Gas for having this much memory, of which growth costs the difference.
 *
 * @see Yellow paper, appendix H: 3 a word, and a 512th of the square of the words
 */
export function memoryGas(sizeBytes: number): number {
  const words = sizeBytes / WORD_BYTES;
  return 3 * words + Math.floor((words * words) / 512);
}

/** Bytes rounded up to whole words. */
export function wholeWords(sizeBytes: number): number {
  return Math.ceil(sizeBytes / WORD_BYTES);
}
