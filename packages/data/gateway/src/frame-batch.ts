import type { Connection } from "./connection.ts";
import { type PreparedRow, rowMessage } from "./recent-rows.ts";
import { encodeTextFrame } from "./text-frame.ts";

/** Rows that follow each other in the streams of all who stand alike, a frame each. */
export interface FrameBatch {
  readonly frames: readonly Buffer[];
  readonly joined: Buffer;
  /** Id of the last row. */
  readonly last: number;
}

/** @param told - the id before the first of `rows` in the stream */
export function encodeBatch(rows: readonly PreparedRow[], told: number): FrameBatch {
  let last = told;
  const frames = rows.map((prepared) => {
    const frame = encodeTextFrame(rowMessage(prepared, last));
    last = prepared.sequenceId;
    return frame;
  });
  const [only] = frames;
  return { frames, joined: frames.length === 1 && only ? only : Buffer.concat(frames), last };
}

export function sendBatch(connection: Connection, { frames, joined, last }: FrameBatch): void {
  const { outlet } = connection;
  connection.told = last;
  if (outlet.sendMany) outlet.sendMany(joined, frames.length);
  else for (const frame of frames) outlet.send(frame);
}
