import type { FeedEvent, JsonObject } from "@ghostchain/feed";
import type { ClientMessage, ServerMessage } from "@ghostchain/feed/wire";
import { backoffMs } from "./backoff.ts";
import type { Change } from "./change.ts";
import { ChangeQueue } from "./change-queue.ts";
import { FeedCursor, type StreamPosition } from "./feed-cursor.ts";
import { Listeners } from "./listeners.ts";

/** What a stream needs of a WebSocket: that of browsers, of Node, and of `ws` all have it. */
export interface SocketLike {
  send(text: string): void;
  close(code?: number, reason?: string): void;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: { data: unknown } & never) => void) | null;
  onclose: ((event: { code: number; reason: string } & never) => void) | null;
  onerror: ((event: never) => void) | null;
}
export type SocketClass = new (url: string) => SocketLike;

export type Credential = { readonly token: string } | { readonly ticket: string };

export interface StreamOptions {
  /** `feed` (all, the default), `level:DARKNET`, `address:0x…` */
  readonly topics?: readonly string[];
  /** Begin here: what `GET /feed` answered, or where an earlier stream stood. By default: now. */
  readonly from?: StreamPosition;
  /** Who to stream as; asked before each connection, for tickets are used once. Undefined for nobody. */
  readonly credential?: () => Promise<Credential | undefined>;
  readonly backoff?: { readonly minMs: number; readonly maxMs: number };
}

/** `waiting` before another try; `closed` for good, by `close()`. */
export type StreamState = "connecting" | "live" | "waiting" | "closed";

export type StreamEvents = {
  event: [event: FeedEvent, sequenceId: number];
  retract: [ids: readonly number[], sequenceId: number];
  sync: [snapshot: JsonObject, sequenceId: number];
  position: [position: JsonObject | null];
  notice: [message: JsonObject & { readonly type: string }];
  /** All of the above, as one. */
  change: [change: Change];
  state: [state: StreamState];
  /** What the gateway refused, or why it could not be reached; the stream goes on by itself. */
  fault: [fault: { readonly code: string; readonly message: string }];
};

/** Time and chance: the machine's own, or those of a simulation. */
export interface StreamHost {
  /** In `[0, 1)`. */
  random(): number;
  /** @returns what cancels it */
  after(durationMs: number, then: () => void): () => void;
}

const MACHINE: StreamHost = {
  random: () => Math.random(),
  after: (durationMs, then) => {
    const timer = setTimeout(then, durationMs);
    return () => clearTimeout(timer);
  },
};

const DEFAULT_BACKOFF = { minMs: 250, maxMs: 15_000 };
/** Without any message this long after one was due, the connection is dead. */
const SILENCE_MS = 10_000;
const CONNECT_MS = 10_000;
const GAPS_A_CONNECTION = 3;

/**
 * The feed, live, for as long as it is not closed: connects, logs in, replays what it missed, and does so
 * again whenever the connection is lost, so that every change comes once and in order.
 */
export class FeedStream {
  readonly #url: () => Promise<string>;
  readonly #Socket: SocketClass;
  readonly #options: StreamOptions;
  readonly #host: StreamHost;
  readonly #cursor: FeedCursor;
  readonly #listeners = new Listeners<StreamEvents>();
  #state: StreamState = "connecting";
  #socket: SocketLike | undefined;
  #cancel: () => void = () => undefined;
  #heartbeatMs = 30_000;
  #failures = 0;
  #gaps = 0;

  /** @param url - of the gateway; asked before each connection */
  constructor(
    url: () => Promise<string>,
    Socket: SocketClass,
    options: StreamOptions,
    host: StreamHost = MACHINE,
  ) {
    this.#url = url;
    this.#Socket = Socket;
    this.#options = options;
    this.#host = host;
    this.#cursor = new FeedCursor(options.from);
    void this.#connect();
  }

  get state(): StreamState {
    return this.#state;
  }

  /** Where it stands: give it as `from` to go on later. */
  get position(): StreamPosition | undefined {
    return this.#cursor.at;
  }

  /** @returns what takes the listener away again */
  on<Name extends keyof StreamEvents>(
    name: Name,
    listener: (...values: StreamEvents[Name]) => void,
  ): () => void {
    return this.#listeners.on(name, listener);
  }

  /**
   * The changes from now on, one by one, until `close()`. It keeps at most 10,000 for a reader that is slower than
   * the feed, and then throws.
   */
  changes(): AsyncIterableIterator<Change> {
    const queue = new ChangeQueue();
    const releases = [
      this.on("change", (change) => queue.push(change)),
      this.on("state", (state) => {
        if (state === "closed") queue.end();
      }),
    ];
    if (this.#state === "closed") queue.end();
    return queue.read(() => {
      for (const release of releases) release();
    });
  }

  close(): void {
    if (this.#state === "closed") return;
    this.#drop();
    this.#setState("closed");
  }

  async #connect(): Promise<void> {
    this.#setState("connecting");
    try {
      const [url, credential] = await Promise.all([this.#url(), this.#options.credential?.()]);
      if (this.#state === "connecting") this.#open(url, credential);
    } catch (error) {
      this.#lost("CANNOT_CONNECT", error instanceof Error ? error.message : String(error));
    }
  }

  #open(url: string, credential: Credential | undefined): void {
    const socket = new this.#Socket(url);
    this.#socket = socket;
    this.#gaps = 0;
    this.#expect(CONNECT_MS);
    const mine = (handle: () => void) => {
      if (this.#socket === socket) handle();
    };
    socket.onopen = () => mine(() => this.#greet(credential));
    socket.onmessage = ({ data }) => mine(() => this.#receive(String(data)));
    socket.onclose = ({ code, reason }) =>
      mine(() => this.#lost(`CLOSED_${code}`, reason || "the connection was closed"));
    socket.onerror = () => undefined; // a close follows, and says more
  }

  /** Everything at once: the gateway answers in this order. */
  #greet(credential: Credential | undefined): void {
    if (credential) this.#send({ type: "AUTH", ...credential });
    const { topics = ["feed"] } = this.#options;
    const others = topics.filter((topic) => topic !== "feed");
    if (!topics.includes("feed")) this.#send({ type: "UNSUBSCRIBE", topics: ["feed"] });
    for (let from = 0; from < others.length; from += TOPICS_A_MESSAGE) {
      const some = others.slice(from, from + TOPICS_A_MESSAGE);
      this.#send({ type: "SUBSCRIBE", topics: some });
    }
    if (this.#cursor.at) this.#send(this.#cursor.ask());
  }

  #receive(text: string): void {
    const message = parseMessage(text);
    if (!message) {
      this.#lost("MESSAGE_MALFORMED", "the gateway sent something that is no message");
      return;
    }
    const isNew = this.#cursor.at === undefined;
    if (message.type === "CONNECTION_STATE") this.#heartbeatMs = message.heartbeatMs;
    if (message.type === "ERROR") this.#listeners.tell("fault", message);
    const { changes, trouble } = this.#cursor.take(message);
    this.#expect(this.#heartbeatMs);
    for (const change of changes) this.#tell(change);
    if (trouble === "broken" || (trouble === "gap" && ++this.#gaps > GAPS_A_CONNECTION)) {
      this.#lost("ORDER_BROKEN", "the gateway does not keep the order of events");
    } else if (trouble === "gap" || (isNew && this.#cursor.at)) {
      this.#send(this.#cursor.ask());
    } else if (message.type === "REPLAY" || message.type === "FULL_SYNC") {
      this.#failures = 0;
      this.#setState("live");
    }
  }

  #tell(change: Change): void {
    this.#listeners.tell("change", change);
    if (change.type === "event") this.#listeners.tell("event", change.event, change.sequenceId);
    if (change.type === "retract") {
      this.#listeners.tell("retract", change.retracts, change.sequenceId);
    }
    if (change.type === "sync") this.#listeners.tell("sync", change.snapshot, change.sequenceId);
    if (change.type === "position") this.#listeners.tell("position", change.position);
    if (change.type === "notice") this.#listeners.tell("notice", change.message);
  }

  /** Asks for a sign of life when nothing came for so long, and gives up when none comes then. */
  #expect(withinMs: number): void {
    this.#wake(withinMs, () => {
      this.#wake(SILENCE_MS, () => this.#lost("SILENT", "the gateway does not answer"));
      this.#send({ type: "PING" });
    });
  }

  #lost(code: string, message: string): void {
    if (this.#state === "closed") return;
    this.#drop();
    this.#setState("waiting");
    this.#listeners.tell("fault", { code, message });
    const waitMs = backoffMs(
      this.#failures++,
      this.#options.backoff ?? DEFAULT_BACKOFF,
      this.#host.random(),
    );
    if (this.#state === "waiting") this.#wake(waitMs, () => void this.#connect());
  }

  #drop(): void {
    this.#cancel();
    const socket = this.#socket;
    this.#socket = undefined;
    try {
      socket?.close();
    } catch {
      // Some throw when asked to close what is not open yet; its handlers are ours no more.
    }
  }

  #wake(afterMs: number, then: () => void): void {
    this.#cancel();
    this.#cancel = this.#host.after(afterMs, then);
  }

  #send(message: ClientMessage): void {
    try {
      this.#socket?.send(JSON.stringify(message));
    } catch (error) {
      this.#lost("CANNOT_SEND", String(error));
    }
  }

  #setState(state: StreamState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#listeners.tell("state", state);
  }
}

const TOPICS_A_MESSAGE = 32;

function parseMessage(text: string): ServerMessage | undefined {
  try {
    const value = JSON.parse(text) as ServerMessage | null;
    return typeof value?.type === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}
