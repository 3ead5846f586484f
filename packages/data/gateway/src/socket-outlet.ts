import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { CloseCode, Outlet } from "./connection.ts";
import type { TickSocket, TickWriter } from "./tick-writer.ts";

/** What outlets count, for all of them together. */
export interface OutletTally {
  frames: number;
  bytes: number;
}

/**
 * One client's socket. Frames come encoded and go to the TCP socket as they are, past `ws`, which would encode
 * them once more for each client; `ws` still reads, answers pings and closes.
 */
export class SocketOutlet implements Outlet, TickSocket {
  readonly #socket: WebSocket;
  readonly #stream: Duplex;
  readonly #writer: TickWriter;
  readonly #tally: OutletTally;
  readonly #limitBytes: number;
  #waiting: Buffer[] = [];
  #waitingFrames = 0;
  #waitingBytes = 0;
  #closing = false;

  constructor(
    { socket, stream }: { socket: WebSocket; stream: Duplex },
    { writer, tally }: { writer: TickWriter; tally: OutletTally },
    limitBytes: number,
  ) {
    this.#socket = socket;
    this.#stream = stream;
    this.#writer = writer;
    this.#tally = tally;
    this.#limitBytes = limitBytes;
  }

  send(frame: Buffer): void {
    this.sendMany(frame, 1);
  }

  sendMany(frames: Buffer, count: number): void {
    if (this.#closing) return;
    if (this.#isFull(frames)) this.#relieve();
    if (this.#isFull(frames)) {
      this.#waiting = [];
      this.#waitingFrames = 0;
      this.close(1013, "reading too slowly: reconnect");
      return;
    }
    this.#waiting.push(frames);
    this.#waitingFrames += count;
    this.#waitingBytes += frames.length;
    if (this.#waiting.length === 1) this.#writer.add(this);
  }

  #isFull(more: Buffer): boolean {
    const buffered = this.#stream.writableLength + this.#waitingBytes;
    return buffered + more.length > this.#limitBytes;
  }

  /** It may be us who are slow: a tick can bring more than the limit to a client that reads well. */
  #relieve(): void {
    if (this.#stream.writableLength > 0) return;
    this.#stream.cork();
    for (const frame of this.take()) this.write(frame);
    this.#stream.uncork();
  }

  ping(): void {
    if (!this.#closing) this.#socket.ping();
  }

  close(code: CloseCode, reason: string): void {
    if (this.#closing) return;
    this.#closing = true;
    for (const frame of this.take()) this.write(frame);
    this.#socket.close(code, reason);
  }

  take(): readonly Buffer[] {
    const frames = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#tally.frames += this.#waitingFrames;
    this.#waitingFrames = 0;
    return frames;
  }

  write(bytes: Buffer): void {
    if (!this.#stream.writable) return;
    this.#tally.bytes += bytes.length;
    this.#stream.write(bytes);
  }
}
