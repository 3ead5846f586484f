/** A socket with frames that wait to be written. */
export interface TickSocket {
  /** The frames that wait, which wait no longer. */
  take(): readonly Buffer[];
  write(bytes: Buffer): void;
}

/** A tick becomes no longer than this, however long it takes to write what one brings. */
const TICK_MAX_MS = 50;
/** So long may writing keep the event loop; then handshakes, PINGs and new rows have their turn. */
const SLICE_MS = 2;
const CLOCK_EVERY_SOCKETS = 32;

/**
 * Makes one write of what one tick brings to each socket: the gateway's limit is one system call a socket, not the
 * bytes. Sockets that got the same frames share one joined buffer.
 *
 * Sockets wait in one queue and are written to in rounds, each in slices. What comes while a round is under way joins what waits for
 * sockets still to be reached, and brings those that were reached to the end of the queue: under load
 * every socket is written to once a round, and no frame waits longer than a round. A round begins `tickMs` after
 * the one before it began, or later when rounds take long, so that writing leaves half of the time to others.
 */
export class TickWriter {
  readonly #tickMs: number;
  readonly #now: () => number;
  #queue: TickSocket[] = [];
  /** How much of the queue has been written to. */
  #at = 0;
  /** Where in the queue the round that is under way ends. */
  #roundEnd = 0;
  #roundStartedMs = Number.NEGATIVE_INFINITY;
  /** Spent on writing in this round, without what others did between its slices. */
  #writingMs = 0;
  #intervalMs: number;
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;
  /** What sockets next to each other in the queue share. */
  #shared: readonly Buffer[] = [];
  #joined: Buffer = EMPTY;

  /** @param tickMs - 0 writes each frame at once */
  constructor(tickMs: number, now: () => number = () => performance.now()) {
    this.#tickMs = tickMs;
    this.#intervalMs = tickMs;
    this.#now = now;
  }

  /** `socket` has its first frame since it was last taken from. */
  add(socket: TickSocket): void {
    if (this.#tickMs === 0) {
      this.#write(socket);
      return;
    }
    this.#queue.push(socket);
    if (this.#timer === undefined && this.#immediate === undefined) this.#schedule();
  }

  /** Writes everything that waits, now. */
  flush(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
    this.#timer = undefined;
    this.#immediate = undefined;
    for (; this.#at < this.#queue.length; this.#at++) this.#writeAt(this.#at);
    this.#endRound();
  }

  #schedule(): void {
    const waitMs = this.#roundStartedMs + this.#intervalMs - this.#now();
    if (waitMs > 0) {
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        this.#beginRound();
      }, waitMs);
    } else {
      // after everything that this turn of the event loop brings
      this.#immediate = setImmediate(() => this.#beginRound());
    }
  }

  #beginRound(): void {
    this.#roundStartedMs = this.#now();
    this.#roundEnd = this.#queue.length;
    this.#writingMs = 0;
    this.#slice();
  }

  #slice(): void {
    this.#immediate = undefined;
    const startedMs = this.#now();
    let spentMs = 0;
    while (this.#at < this.#roundEnd && spentMs < SLICE_MS) {
      const end = Math.min(this.#at + CLOCK_EVERY_SOCKETS, this.#roundEnd);
      for (; this.#at < end; this.#at++) this.#writeAt(this.#at);
      spentMs = this.#now() - startedMs;
    }
    this.#writingMs += spentMs;
    if (this.#at < this.#roundEnd) this.#immediate = setImmediate(() => this.#slice());
    else this.#endRound();
  }

  #endRound(): void {
    this.#queue = this.#queue.slice(this.#at);
    this.#at = 0;
    this.#roundEnd = 0;
    this.#shared = [];
    this.#joined = EMPTY;
    this.#intervalMs = Math.max(this.#tickMs, Math.min(2 * this.#writingMs, TICK_MAX_MS));
    if (this.#queue.length > 0) this.#schedule();
  }

  #writeAt(index: number): void {
    const socket = this.#queue[index];
    if (socket) this.#write(socket);
  }

  #write(socket: TickSocket): void {
    const frames = socket.take();
    if (frames.length === 0) return;
    if (!sameFrames(frames, this.#shared)) {
      this.#shared = frames;
      this.#joined = frames.length === 1 ? (frames[0] ?? EMPTY) : Buffer.concat(frames);
    }
    socket.write(this.#joined);
  }
}

const EMPTY = Buffer.alloc(0);

function sameFrames(a: readonly Buffer[], b: readonly Buffer[]): boolean {
  return a.length === b.length && a.every((frame, index) => frame === b[index]);
}
