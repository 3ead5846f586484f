import type { Logger } from "@ghostchain/service";
import type { RawData, WebSocket } from "ws";
import type { RpcDispatcher } from "../dispatcher.ts";
import { RpcSession } from "../session.ts";

/** Messages waiting for a client that does not read. */
const QUEUE_LIMIT = 10_000;
const QUEUE_LIMIT_BYTES = 64 * 1024 * 1024;
/** Requests of one client in the works; more wait in its socket. */
const CALLS_LIMIT = 256;
/** For the close frame to get through; a client that reads nothing does not get it. */
const CLOSE_GRACE_MS = 5_000;

const POLICY_VIOLATION = 1008;
const GOING_AWAY = 1001;

/** One client on a WebSocket: its requests, its answers and what it subscribed to. */
export class WebSocketConnection {
  readonly #socket: WebSocket;
  readonly #dispatcher: RpcDispatcher;
  readonly #logger: Logger;
  readonly #session: RpcSession;
  readonly #onDrop: () => void;
  #queuedMessages = 0;
  #callsRunning = 0;
  #isAlive = true;
  #isClosing = false;

  constructor(
    deps: { socket: WebSocket; dispatcher: RpcDispatcher; logger: Logger },
    options: { mayControl: boolean; onDrop: () => void },
  ) {
    this.#socket = deps.socket;
    this.#dispatcher = deps.dispatcher;
    this.#logger = deps.logger;
    this.#onDrop = options.onDrop;
    this.#session = new RpcSession({
      notify: (message) => this.#send(message),
      mayControl: options.mayControl,
    });
  }

  /** `onClose` runs once, when the socket is gone. */
  open(onClose: () => void): void {
    this.#socket.on("message", (data) => void this.#answer(data));
    this.#socket.on("pong", () => {
      this.#isAlive = true;
    });
    this.#socket.on("error", (error) => {
      this.#logger.debug({ err: error }, "WebSocket failed");
    });
    this.#socket.on("close", () => {
      this.#session.close();
      onClose();
    });
  }

  /** Asks whether the client is still there, and gives it up if it did not answer the last time. */
  checkAlive(): void {
    if (!this.#isAlive) this.#socket.terminate();
    this.#isAlive = false;
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.ping();
  }

  /** Tells the client that the server stops, and leaves. */
  goAway(): void {
    this.#socket.close(GOING_AWAY, "server stops");
  }

  terminate(): void {
    this.#socket.terminate();
  }

  async #answer(data: RawData): Promise<void> {
    this.#callsRunning++;
    if (this.#callsRunning >= CALLS_LIMIT) this.#socket.pause();
    const text = Array.isArray(data) ? Buffer.concat(data).toString() : data.toString();
    const answer = await this.#dispatcher.handleText(text, this.#session);
    if (answer !== undefined) this.#send(answer);
    this.#session.answered();
    this.#callsRunning--;
    if (this.#socket.isPaused && this.#callsRunning < CALLS_LIMIT / 2) this.#socket.resume();
  }

  #send(message: string): void {
    if (this.#isClosing || this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#queuedMessages >= QUEUE_LIMIT || this.#socket.bufferedAmount > QUEUE_LIMIT_BYTES) {
      this.#drop();
      return;
    }
    this.#queuedMessages++;
    this.#socket.send(message, () => {
      this.#queuedMessages--;
    });
  }

  #drop(): void {
    this.#isClosing = true;
    this.#session.close();
    this.#onDrop();
    this.#logger.warn(
      { queuedMessages: this.#queuedMessages },
      "dropped a client that is too slow",
    );
    this.#socket.close(POLICY_VIOLATION, "too slow: messages pile up unread");
    setTimeout(() => this.#socket.terminate(), CLOSE_GRACE_MS).unref();
  }
}
