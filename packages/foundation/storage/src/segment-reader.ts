import { closeSync, openSync, readSync } from "node:fs";
import { decodeHeader, FRAME_HEADER_BYTES, isIntact } from "./log-frame.ts";

/** Where a segment lies, and the positions it holds: `[base, end)`. */
export interface Segment {
  readonly file: string;
  readonly base: number;
  readonly end: number;
}

/** Most records are smaller, and then one read gets header and record. */
const FIRST_READ_BYTES = 4096;

/** Files kept open for reading; the one unused for longest is closed first. */
const MAX_OPEN_FILES = 16;

/** Reads records by their position, with a bounded number of files open. */
export class SegmentReader {
  readonly #descriptors = new Map<string, number>();

  /** Bytes of the caller's own; undefined where no intact record begins. */
  read({ file, base, end }: Segment, position: number): Uint8Array | undefined {
    const descriptor = this.#descriptorOf(file);
    const offset = position - base;
    const first = readAt(descriptor, offset, Math.min(FIRST_READ_BYTES, end - position));
    const header = decodeHeader(first);
    if (header === undefined || header.frameBytes > end - position) return undefined;
    const whole = header.frameBytes <= first.length;
    const frame = whole ? first : readAt(descriptor, offset, header.frameBytes);
    if (!isIntact(frame, header, position)) return undefined;
    return new Uint8Array(frame.subarray(FRAME_HEADER_BYTES, header.frameBytes));
  }

  close(): void {
    for (const descriptor of this.#descriptors.values()) closeSync(descriptor);
    this.#descriptors.clear();
  }

  #descriptorOf(file: string): number {
    const descriptor = this.#descriptors.get(file) ?? openSync(file, "r");
    this.#descriptors.delete(file);
    this.#descriptors.set(file, descriptor);
    const oldest = this.#descriptors.entries().next().value;
    if (oldest !== undefined && this.#descriptors.size > MAX_OPEN_FILES) {
      closeSync(oldest[1]);
      this.#descriptors.delete(oldest[0]);
    }
    return descriptor;
  }
}

/** Fewer bytes only at the end of the file. */
export function readAt(descriptor: number, offset: number, sizeBytes: number): Buffer {
  const buffer = Buffer.allocUnsafe(sizeBytes);
  let filled = 0;
  while (filled < sizeBytes) {
    const count = readSync(descriptor, buffer, filled, sizeBytes - filled, offset + filled);
    if (count === 0) break;
    filled += count;
  }
  return buffer.subarray(0, filled);
}
