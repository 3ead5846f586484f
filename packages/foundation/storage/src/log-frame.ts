import { crc32 } from "node:zlib";

/**
 * How a record lies in a segment file. All numbers little-endian:
 *
 *     0   4  mark, "GLR1"
 *     4   4  size of the record in bytes
 *     8   4  distance back to the first frame that was not yet synced when this one was written
 *    12   4  CRC-32 of the frame's position (8 bytes), of bytes 4 to 12, and of the record
 *    16      the record
 *
 * The distance tells a torn tail from damage: everything before it was on the disk when the frame was
 * written, so a bad frame there is not the trace of a crash but the loss of something acknowledged.
 */
export const FRAME_HEADER_BYTES = 16;

/** Bounds what a damaged size can make a reader allocate. */
export const MAX_RECORD_BYTES = 1 << 28;

const MARK = 0x31524c47;
const MARK_BYTES: Uint8Array = Buffer.from("GLR1");

export interface FrameHeader {
  /** Header and record. */
  readonly frameBytes: number;
  readonly unsyncedBytes: number;
  readonly checksum: number;
}

/** The frames of one synced write that begins at `position`, and the position of each. */
export function encodeFrames(
  records: readonly Uint8Array[],
  position: number,
): { readonly bytes: Uint8Array; readonly positions: readonly number[] } {
  const sizeBytes = records.reduce((sum, { length }) => sum + FRAME_HEADER_BYTES + length, 0);
  const bytes = Buffer.alloc(sizeBytes);
  let at = 0;
  const positions = records.map((record) => {
    const offset = at;
    at += FRAME_HEADER_BYTES + record.length;
    bytes.writeUInt32LE(MARK, offset);
    bytes.writeUInt32LE(record.length, offset + 4);
    bytes.writeUInt32LE(offset, offset + 8);
    bytes.set(record, offset + FRAME_HEADER_BYTES);
    const frame = bytes.subarray(offset, at);
    bytes.writeUInt32LE(checksumOf(frame, position + offset), offset + 12);
    return position + offset;
  });
  return { bytes, positions };
}

/** The header at the start of `bytes`, or undefined where none can be. */
export function decodeHeader(bytes: Buffer): FrameHeader | undefined {
  if (bytes.length < FRAME_HEADER_BYTES || bytes.readUInt32LE(0) !== MARK) return undefined;
  const recordBytes = bytes.readUInt32LE(4);
  if (recordBytes > MAX_RECORD_BYTES) return undefined;
  return {
    frameBytes: FRAME_HEADER_BYTES + recordBytes,
    unsyncedBytes: bytes.readUInt32LE(8),
    checksum: bytes.readUInt32LE(12),
  };
}

/** Whether `bytes` begin with the whole frame of `header`, written at `position` and unharmed. */
export function isIntact(bytes: Buffer, header: FrameHeader, position: number): boolean {
  if (bytes.length < header.frameBytes) return false;
  return checksumOf(bytes.subarray(0, header.frameBytes), position) === header.checksum;
}

/** Where a frame may begin at or after `from`, or -1. */
export function findMark(bytes: Buffer, from: number): number {
  return bytes.indexOf(MARK_BYTES, from);
}

function checksumOf(frame: Buffer, position: number): number {
  const place = Buffer.alloc(8);
  place.writeBigUInt64LE(BigInt(position));
  const header = crc32(frame.subarray(4, 12), crc32(place));
  return crc32(frame.subarray(FRAME_HEADER_BYTES), header);
}
