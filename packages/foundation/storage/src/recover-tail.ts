import {
  decodeHeader,
  FRAME_HEADER_BYTES,
  type FrameHeader,
  findMark,
  isIntact,
} from "./log-frame.ts";
import { readAt, type Segment } from "./segment-reader.ts";

/**
 * The end of a segment that was being written when the process ended:
 *
 * - `intact`: every frame is whole;
 * - `torn`: from `position` on lie only traces of a write that was never acknowledged, to be cut off;
 * - `damaged`: the frame at `position` had been acknowledged, for a frame written later says it was synced.
 */
export type Tail =
  | { readonly kind: "intact" }
  | { readonly kind: "torn" | "damaged"; readonly position: number };

export function inspectTail(descriptor: number, segment: Segment): Tail {
  const frames = new FrameWindow(descriptor, segment);
  let position = segment.base;
  while (position < segment.end) {
    const header = frames.frameAt(position);
    if (header === undefined) {
      const wasSynced = hasFrameWrittenAfter(frames, segment, position);
      return { kind: wasSynced ? "damaged" : "torn", position };
    }
    position += header.frameBytes;
  }
  return { kind: "intact" };
}

/** The bad frame's size is not to be trusted, so a later frame may begin at any byte. */
function hasFrameWrittenAfter(frames: FrameWindow, { end }: Segment, badPosition: number): boolean {
  let position = badPosition + 1;
  while (position < end) {
    const bytes = frames.bytesAt(position, FRAME_HEADER_BYTES);
    const found = findMark(bytes, 0);
    if (found < 0) {
      // The mark may begin in the last bytes that were looked at.
      position += Math.max(1, bytes.length - FRAME_HEADER_BYTES);
      continue;
    }
    const header = frames.frameAt(position + found);
    if (header !== undefined && position + found - header.unsyncedBytes > badPosition) return true;
    position += found + 1;
  }
  return false;
}

/** How much of a segment is read at a time. */
const WINDOW_BYTES = 1 << 20;

/** A segment seen through a window that moves along it. */
class FrameWindow {
  readonly #descriptor: number;
  readonly #segment: Segment;
  #bytes: Buffer = Buffer.alloc(0);
  #position = 0;

  constructor(descriptor: number, segment: Segment) {
    this.#descriptor = descriptor;
    this.#segment = segment;
  }

  /** The header of the intact frame at `position`, if there is one. */
  frameAt(position: number): FrameHeader | undefined {
    const header = decodeHeader(this.bytesAt(position, FRAME_HEADER_BYTES));
    if (header === undefined || position + header.frameBytes > this.#segment.end) return undefined;
    const frame = this.bytesAt(position, header.frameBytes);
    return isIntact(frame, header, position) ? header : undefined;
  }

  /** At least `sizeBytes` from `position` on, fewer only at the end of the segment. */
  bytesAt(position: number, sizeBytes: number): Buffer {
    const { base, end } = this.#segment;
    const wanted = Math.min(sizeBytes, end - position);
    const from = position - this.#position;
    if (from < 0 || from + wanted > this.#bytes.length) {
      const read = Math.min(Math.max(wanted, WINDOW_BYTES), end - position);
      this.#bytes = readAt(this.#descriptor, position - base, read);
      this.#position = position;
    }
    return this.#bytes.subarray(position - this.#position);
  }
}
