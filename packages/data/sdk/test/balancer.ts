import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** A TCP balancer: each new connection goes to the next of its targets, and one that does not answer ends it. */
export class Balancer {
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  #next = 0;
  targets: readonly number[] = [];

  constructor() {
    this.#server = createServer((client) => this.#join(client));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async listen(): Promise<void> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
  }

  /** Breaks every connection for which `choose` says so. */
  cut(choose: () => boolean): void {
    for (const socket of this.#open) if (choose()) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    this.cut(() => true);
    this.#server.close();
    await once(this.#server, "close");
  }

  #join(client: Socket): void {
    const target = this.targets[this.#next++ % this.targets.length] ?? 1;
    const server = connect(target, "127.0.0.1");
    const drop = () => {
      client.destroy();
      server.destroy();
      this.#open.delete(client);
    };
    for (const socket of [client, server]) socket.on("error", drop).on("close", drop);
    this.#open.add(client);
    client.pipe(server).pipe(client);
  }
}
