import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import { FrameCounter } from "./frame-counter.ts";

/** A Socket.IO client says this before it is told anything: "40", "connect me to the main namespace". */
const JOIN = maskedFrame(0x81, "40");
const PONG = maskedFrame(0x8a, "");
const END_OF_HEAD = "\r\n\r\n";
/** One for all connections of a process: each read is done with before the next. */
const BUFFER = Buffer.allocUnsafe(256 * 1024);

/**
 * - `lazy`: reads only when `read` is called, what came since; so ten thousand of them cost little
 * - `prompt`: reads at once, and tells `onBytes`
 */
export type Reading = { mode: "lazy" } | { mode: "prompt"; onBytes: (bytes: Buffer) => void };

/** A WebSocket by hand, which neither decodes nor copies: it must not be what limits the server. */
export class RawClient {
  readonly #socket: Socket;
  readonly #reading: Reading;
  readonly #frames = new FrameCounter();
  #head = "";
  isOpen = false;
  isClosed = false;

  /** @param onOpen - called once the handshake is done */
  constructor(to: { port: number; path: string }, reading: Reading, onOpen: () => void) {
    this.#reading = reading;
    this.#socket = connect({
      port: to.port,
      host: "127.0.0.1",
      onread: {
        buffer: BUFFER,
        callback: (sizeBytes) => {
          if (this.isOpen) return this.#take(BUFFER.subarray(0, sizeBytes));
          this.#open(BUFFER.toString("latin1", 0, sizeBytes), to.path, onOpen);
          return true;
        },
      },
    });
    this.#socket.on("error", () => undefined);
    this.#socket.on("close", () => {
      this.isClosed = true;
    });
    this.#socket.write(
      [
        `GET ${to.path} HTTP/1.1`,
        `Host: 127.0.0.1:${to.port}`,
        "Upgrade: websocket",
        "Connection: Upgrade",
        `Sec-WebSocket-Key: ${randomBytes(16).toString("base64")}`,
        "Sec-WebSocket-Version: 13",
        "",
        "",
      ].join("\r\n"),
    );
  }

  get texts(): number {
    return this.#frames.texts;
  }

  /** Reads what has come, where it reads only when it is told to. */
  read(): void {
    this.#socket.resume();
  }

  say(text: string): void {
    this.#socket.write(maskedFrame(0x81, text));
  }

  close(): void {
    this.#socket.destroy();
  }

  #open(text: string, path: string, onOpen: () => void): void {
    this.#head += text;
    const end = this.#head.indexOf(END_OF_HEAD);
    if (end < 0) return;
    if (!this.#head.startsWith("HTTP/1.1 101")) throw new Error(this.#head);
    this.isOpen = true;
    const rest = Buffer.from(this.#head.slice(end + END_OF_HEAD.length), "latin1");
    this.#head = "";
    if (path.startsWith("/socket.io")) this.#socket.write(JOIN);
    this.#take(rest);
    onOpen();
  }

  /** @returns whether to go on reading */
  #take(bytes: Buffer): boolean {
    const { pings } = this.#frames;
    this.#frames.push(bytes, bytes.length);
    if (this.#frames.pings > pings) this.#socket.write(PONG);
    if (this.#reading.mode === "lazy") return bytes.length === BUFFER.length;
    this.#reading.onBytes(bytes);
    return true;
  }
}

/** Masked with zeros, which leaves the payload as it is; at most 125 bytes. */
function maskedFrame(first: number, payload: string): Buffer {
  return Buffer.from([first, 0x80 | payload.length, 0, 0, 0, 0, ...Buffer.from(payload)]);
}
