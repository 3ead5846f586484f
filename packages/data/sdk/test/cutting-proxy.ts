import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** A TCP proxy that breaks connections: when it is told to, or after so many bytes to the client. */
export class CuttingProxy {
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  #target: number;
  /** Each connection is cut in the middle of whatever follows so many bytes. */
  cutAfterBytes: () => number = () => Number.POSITIVE_INFINITY;
  connections = 0;

  constructor(target: number) {
    this.#target = target;
    this.#server = createServer((client) => this.#join(client));
  }

  /** Connections from now on go there. */
  set target(port: number) {
    this.#target = port;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async listen(): Promise<void> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
  }

  cut(): void {
    for (const socket of this.#open) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, "close");
  }

  #join(client: Socket): void {
    this.connections += 1;
    const server = connect(this.#target, "127.0.0.1");
    let leftBytes = this.cutAfterBytes();
    const drop = () => {
      client.destroy();
      server.destroy();
      this.#open.delete(client);
    };
    for (const socket of [client, server]) socket.on("error", drop).on("close", drop);
    this.#open.add(client);
    client.on("data", (bytes) => server.write(bytes));
    server.on("data", (bytes) => {
      client.write(bytes.subarray(0, Math.min(bytes.length, leftBytes)));
      leftBytes -= bytes.length;
      if (leftBytes <= 0) client.end(drop);
    });
  }
}
