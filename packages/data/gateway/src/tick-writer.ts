/** A socket with frames that wait for the end of the tick. */
export interface TickSocket {
  /** The frames that wait, which wait no longer. */
  take(): readonly Buffer[];
  write(bytes: Buffer): void;
}

/**
 * Gathers what one tick brings to each socket into one write: the gateway's limit is one system call a
 * socket, not the bytes. Sockets that got the same frames share one joined buffer.
 */
export class TickWriter {
  readonly #tickMs: number;
  #waiting: TickSocket[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** @param tickMs - 0 writes each frame at once */
  constructor(tickMs: number) {
    this.#tickMs = tickMs;
  }

  /** `socket` has its first frame since it was last taken from. */
  add(socket: TickSocket): void {
    this.#waiting.push(socket);
    if (this.#tickMs === 0) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), this.#tickMs);
  }

  /** Writes everything that waits, now. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const sockets = this.#waiting;
    this.#waiting = [];
    let shared: readonly Buffer[] = [];
    let joined: Buffer = EMPTY;
    for (const socket of sockets) {
      const frames = socket.take();
      if (frames.length === 0) continue;
      if (!sameFrames(frames, shared)) {
        shared = frames;
        joined = frames.length === 1 ? (frames[0] ?? EMPTY) : Buffer.concat(frames);
      }
      socket.write(joined);
    }
  }
}

const EMPTY = Buffer.alloc(0);

function sameFrames(a: readonly Buffer[], b: readonly Buffer[]): boolean {
  return a.length === b.length && a.every((frame, index) => frame === b[index]);
}
