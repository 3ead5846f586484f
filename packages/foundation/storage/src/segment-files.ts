import { closeSync, fsyncSync, ftruncateSync, openSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { inspectTail } from "./recover-tail.ts";
import type { Segment } from "./segment-reader.ts";
import { StorageError } from "./storage-error.ts";

/** A segment's file is named for its first position, so that names sort as the log runs. */
const SEGMENT_NAME = /^(\d{16})\.log$/;

/**
 * The segments of a log in order, at least one, after a torn tail of the last was cut off. Only the last can
 * be torn, for a segment is begun when all before is on the disk; so only the last is read through.
 *
 * @throws {StorageError} `LOG_CORRUPT`
 */
export function recoverSegments(directory: string): Segment[] {
  const segments = listSegments(directory);
  const last = segments.pop();
  return last === undefined ? [createSegment(directory, 0)] : [...segments, recoverLast(last)];
}

export function createSegment(directory: string, base: number): Segment {
  const file = join(directory, `${String(base).padStart(16, "0")}.log`);
  closeSync(openSync(file, "wx"));
  syncDirectory(directory);
  return { file, base, end: base };
}

function listSegments(directory: string): Segment[] {
  const bases = readdirSync(directory)
    .flatMap((name) => SEGMENT_NAME.exec(name)?.[1] ?? [])
    .sort();
  const segments = bases.map((digits) => {
    const file = join(directory, `${digits}.log`);
    const base = Number(digits);
    return { file, base, end: base + statSync(file).size };
  });
  for (const [index, { base }] of segments.entries()) {
    const previous = segments[index - 1];
    if (previous !== undefined && previous.end !== base) throw gapError(previous, base);
  }
  return segments;
}

function recoverLast(segment: Segment): Segment {
  const descriptor = openSync(segment.file, "r+");
  try {
    const tail = inspectTail(descriptor, segment);
    if (tail.kind === "intact") return segment;
    if (tail.kind === "damaged") throw damageError(segment, tail.position);
    ftruncateSync(descriptor, tail.position - segment.base);
    fsyncSync(descriptor);
    return { ...segment, end: tail.position };
  } finally {
    closeSync(descriptor);
  }
}

export function damageError({ file, base }: Segment, position: number): StorageError {
  return corruptError(file, position - base, "no intact record begins here");
}

function gapError(previous: Segment, base: number): StorageError {
  const expected = base - previous.base;
  const found = previous.end - previous.base;
  return corruptError(
    previous.file,
    found,
    `the next segment begins after ${expected} bytes of this one`,
  );
}

function corruptError(file: string, offset: number, reason: string): StorageError {
  return new StorageError(
    { code: "LOG_CORRUPT", file, offset, reason },
    `LOG_CORRUPT: ${file} is damaged at byte ${offset} (${reason}): restore it from a copy, or remove the directory and sync again`,
  );
}

/** Makes a new file's name durable. Windows has no such call and needs none. */
function syncDirectory(directory: string): void {
  if (process.platform === "win32") return;
  const descriptor = openSync(directory, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
