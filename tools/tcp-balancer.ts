import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** Hands each TCP connection to the next of its targets that answers, as a balancer in front of processes does. */
export class TcpBalancer {
  /** Ports on this machine; connections that come from now on go there. */
  targets: readonly number[] = [];
  readonly #server: Server = createServer((client) => this.#accept(client));
  readonly #clients = new Set<Socket>();
  #turn = 0;

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async listen(): Promise<void> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
  }

  /** Breaks every connection for which `choose` says so. */
  cut(choose: () => boolean): void {
    for (const client of this.#clients) if (choose()) client.resetAndDestroy();
  }

  async close(): Promise<void> {
    this.cut(() => true);
    this.#server.close();
    await once(this.#server, "close");
  }

  #accept(client: Socket): void {
    this.#clients.add(client);
    client.on("error", () => client.destroy());
    client.once("close", () => this.#clients.delete(client));
    this.#join(client, this.targets.length);
  }

  #join(client: Socket, attempts: number): void {
    const target = this.targets[this.#turn++ % this.targets.length];
    if (target === undefined || attempts === 0) {
      client.destroy();
      return;
    }
    const server = connect(target, "127.0.0.1");
    const drop = () => server.destroy();
    client.once("close", drop);
    let joined = false;
    server.once("connect", () => {
      joined = true;
      client.pipe(server).pipe(client);
    });
    server.on("error", () => {}); // "close" follows
    server.once("close", () => {
      client.off("close", drop);
      if (joined || client.destroyed) client.destroy();
      else this.#join(client, attempts - 1);
    });
  }
}
