import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** Hands each TCP connection to the next of its targets that answers, as a balancer in front of processes does. */
export class Balancer {
  readonly targets: number[] = [];
  readonly #server: Server = createServer((client) => this.#join(client));
  readonly #open = new Set<Socket>();
  #turn = 0;

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async listen(): Promise<void> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
  }

  async close(): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  #join(client: Socket, attempts = 0): void {
    const target = this.targets[this.#turn++ % this.targets.length];
    if (target === undefined || attempts >= this.targets.length) {
      client.destroy();
      return;
    }
    const server = connect(target, "127.0.0.1");
    let joined = false;
    server.once("connect", () => {
      joined = true;
      client.pipe(server).pipe(client);
    });
    server.on("error", () => (joined ? client.destroy() : this.#join(client, attempts + 1)));
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#open.add(one);
      one.once("close", () => {
        this.#open.delete(one);
        if (joined || one === client) other.destroy();
      });
    }
    client.on("error", () => server.destroy());
  }
}
