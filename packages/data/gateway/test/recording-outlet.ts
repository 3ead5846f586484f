import type { ServerMessage } from "@ghostchain/feed/wire";
import type { CloseCode, Outlet } from "../src/connection.ts";

/** Keeps what a client would have read. */
export class RecordingOutlet implements Outlet {
  readonly frames: Buffer[] = [];
  pings = 0;
  closed: { code: CloseCode; reason: string } | undefined;

  get messages(): ServerMessage[] {
    return this.frames.map(decodeFrame);
  }

  send(frame: Buffer): void {
    if (!this.closed) this.frames.push(frame);
  }

  ping(): void {
    this.pings += 1;
  }

  close(code: CloseCode, reason: string): void {
    this.closed ??= { code, reason };
  }
}

export function decodeFrame(frame: Buffer): ServerMessage {
  const length = frame[1] ?? 0;
  const headerBytes = length < 126 ? 2 : length === 126 ? 4 : 10;
  return JSON.parse(frame.subarray(headerBytes).toString()) as ServerMessage;
}
