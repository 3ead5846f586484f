import { connect, createServer, type Server, type Socket } from "node:net";

/** Another way to a server, that can be cut and mended. */
export class TcpProxy {
  readonly #target: number;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;

  constructor(target: number) {
    this.#target = target;
  }

  get host(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** On the same port every time. */
  async open(): Promise<void> {
    const server = createServer((socket) => {
      const onward = connect(this.#target, "127.0.0.1");
      for (const one of [socket, onward]) {
        this.#sockets.add(one);
        one.on("error", () => one.destroy());
        one.on("close", () => this.#sockets.delete(one));
      }
      socket.pipe(onward).pipe(socket);
    });
    await new Promise<void>((done) => server.listen(this.#port, "127.0.0.1", done));
    const address = server.address();
    this.#port = typeof address === "object" && address ? address.port : 0;
    this.#server = server;
  }

  async cut(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    const closed = new Promise((done) => server.close(done));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
