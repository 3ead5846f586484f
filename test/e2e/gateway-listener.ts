import { eventually } from "./ghost-process.ts";

export interface GatewayMessage {
  readonly type: string;
  readonly sequenceId?: number;
  readonly event?: { readonly type: string; readonly [field: string]: unknown };
  readonly retracts?: readonly number[];
  readonly [field: string]: unknown;
}

/** A bare WebSocket on the gateway that remembers everything it was told. */
export class GatewayListener {
  readonly messages: GatewayMessage[] = [];
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => {
      this.messages.push(JSON.parse(String(data)) as GatewayMessage);
    });
  }

  static async connect(url: string): Promise<GatewayListener> {
    const socket = new WebSocket(url);
    const listener = new GatewayListener(socket);
    await new Promise((resolve, reject) => {
      socket.addEventListener("open", resolve, { once: true });
      socket.addEventListener("error", () => reject(new Error(`cannot connect to ${url}`)), {
        once: true,
      });
    });
    return listener;
  }

  send(message: object): void {
    this.#socket.send(JSON.stringify(message));
  }

  /** The first message, past or to come, that `wanted` likes. */
  next(what: string, wanted: (message: GatewayMessage) => boolean): Promise<GatewayMessage> {
    return eventually(what, () => this.messages.find(wanted));
  }

  close(): void {
    this.#socket.close();
  }
}
