import type { ServerMessage } from "@ghostchain/feed/wire";
import { WebSocket } from "ws";

type Kind = ServerMessage["type"];
type MessageOf<K extends Kind> = Extract<ServerMessage, { type: K }>;

/** A client of `ws` that keeps what it reads. */
export class SocketClient {
  readonly socket: WebSocket;
  readonly messages: ServerMessage[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;
  #wake: () => void = () => undefined;

  constructor(port: number, options: { origin?: string; path?: string } = {}) {
    const { origin, path = "/ws" } = options;
    this.socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, origin ? { origin } : {});
    this.socket.on("message", (data) => {
      this.messages.push(JSON.parse(String(data)) as ServerMessage);
      this.#wake();
    });
    this.socket.on("error", () => undefined);
    this.closed = new Promise((resolve) => {
      this.socket.on("close", (code, reason) => {
        resolve({ code, reason: reason.toString() });
        this.#wake();
      });
    });
  }

  static async open(port: number, options: { origin?: string } = {}): Promise<SocketClient> {
    const client = new SocketClient(port, options);
    await new Promise((resolve, reject) => {
      client.socket.once("open", resolve);
      client.socket.once("error", reject);
    });
    return client;
  }

  say(message: object): void {
    this.socket.send(JSON.stringify(message));
  }

  /** The `nth` message of this kind (from 1), once it is there. */
  async next<K extends Kind>(kind: K, nth = 1): Promise<MessageOf<K>> {
    const deadline = Date.now() + 10_000;
    for (;;) {
      const found = this.messages.filter((one): one is MessageOf<K> => one.type === kind)[nth - 1];
      if (found) return found;
      if (Date.now() > deadline || this.socket.readyState === WebSocket.CLOSED) {
        throw new Error(`no ${kind} came; ${JSON.stringify(this.messages).slice(0, 500)}`);
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        setTimeout(resolve, 100);
      });
    }
  }

  /** Ids of FEED_EVENT and RETRACT, live and replayed, as they came. */
  get ids(): number[] {
    return this.messages.flatMap((message) => {
      if (message.type === "REPLAY") return message.events.map(({ sequenceId }) => sequenceId);
      return message.type === "FEED_EVENT" || message.type === "RETRACT"
        ? [message.sequenceId]
        : [];
    });
  }

  close(): void {
    this.socket.terminate();
  }
}
