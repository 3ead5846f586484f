import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { countOf, gaugeOf, openProxy, type ProxyStand, until } from "../proxy-stand.ts";

const ADDRESS = `0x${"a".repeat(40)}`;
const hashOf = (number: number) => `0x${number.toString(16).padStart(64, "0")}`;
const header = (number: number) => ({
  ...{ number: `0x${number.toString(16)}`, hash: hashOf(number), parentHash: hashOf(number - 1) },
});

/** A node that pushes its heads. */
class PushingServer {
  readonly #server: WebSocketServer;
  readonly #subscribers = new Set<WebSocket>();
  readonly asked: string[] = [];
  head = 10;
  /** What it does with a balance: answers, says nothing, or ends the connection. */
  balance: "answer" | "hang" | "cut" = "answer";
  connections = 0;

  constructor() {
    this.#server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    this.#server.on("connection", (socket) => {
      this.connections += 1;
      socket.on("message", (data) => this.#answer(socket, JSON.parse(data.toString())));
      socket.on("close", () => this.#subscribers.delete(socket));
    });
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    return `ws://127.0.0.1:${address.port}`;
  }

  async listening(): Promise<void> {
    if (this.#server.address() === null) await once(this.#server, "listening");
  }

  mine(): void {
    this.head += 1;
    const params = { subscription: "0x5", result: header(this.head) };
    const text = JSON.stringify({ jsonrpc: "2.0", method: "eth_subscription", params });
    for (const socket of this.#subscribers) socket.send(text);
  }

  cut(): void {
    for (const socket of this.#server.clients) socket.terminate();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(socket: WebSocket, call: { id: number; method: string; params: unknown[] }): void {
    this.asked.push(call.method);
    const mood = call.method === "eth_getBalance" ? this.balance : "answer";
    if (mood === "cut") socket.terminate();
    if (mood !== "answer") return;
    if (call.method === "eth_subscribe") this.#subscribers.add(socket);
    socket.send(JSON.stringify({ jsonrpc: "2.0", id: call.id, result: this.#result(call) }));
  }

  #result({ method, params: [name] }: { method: string; params: unknown[] }): unknown {
    if (method === "eth_chainId") return "0x1";
    if (method === "eth_subscribe") return "0x5";
    if (method === "eth_getBlockByNumber") {
      return header(name === "latest" ? this.head : name === "finalized" ? 5 : Number(name));
    }
    return `${method} at ${this.head}`;
  }
}

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

async function open(pollMs: number): Promise<ProxyStand & { server: PushingServer }> {
  const server = new PushingServer();
  await server.listening();
  const stand = await openProxy({
    ...{ upstreams: [server.url], pollMs, limits: { requestTimeoutMs: 200 } },
  });
  opened.push(server, stand);
  return { ...stand, server };
}

describe("an upstream over WebSocket", () => {
  it("pushes heads, so that what is kept is dropped long before the next poll", async () => {
    const { server, ask, metrics } = await open(60_000);
    expect((await ask("eth_getBalance", [ADDRESS, "latest"])).result).toBe("eth_getBalance at 10");
    await ask("eth_getBalance", [ADDRESS, "latest"]);
    expect(await countOf(metrics, "state", "hit")).toBe(1);
    server.mine();
    await until(async () => (await gaugeOf(metrics, "rpc_proxy_head_number")) === 11);
    expect((await ask("eth_getBalance", [ADDRESS, "latest"])).result).toBe("eth_getBalance at 11");
  });

  it("is connected to again when the connection is cut, and pushes again", async () => {
    const { server, ask, metrics } = await open(50);
    server.cut();
    await until(
      async () => (await ask("eth_getBalance", [ADDRESS, "latest"])).result !== undefined,
    );
    expect(server.connections).toBe(2);
    await until(() => server.asked.filter((method) => method === "eth_subscribe").length === 2);
    server.mine();
    await until(async () => (await gaugeOf(metrics, "rpc_proxy_head_number")) === 11);
  });

  it("that cuts the connection at each request gives an error, and none hangs", async () => {
    const { server, ask } = await open(50);
    server.balance = "cut";
    const all = [1, 2, 3].map((n) => ask("eth_getBalance", [`0x${`${n}`.repeat(40)}`, "latest"]));
    for (const { error } of await Promise.all(all)) expect(error.code).toBe(-32603);
    server.balance = "answer";
    await until(
      async () => (await ask("eth_getBalance", [ADDRESS, "latest"])).result !== undefined,
    );
  });

  it("that went silent is left for a new connection, and serves again", async () => {
    const { server, ask } = await open(100);
    server.balance = "hang";
    for (let i = 0; i < 3; i++) {
      const { error } = await ask("eth_getBalance", [`0x${`${i}`.repeat(40)}`, "latest"]);
      expect(error.code).toBe(-32603);
    }
    server.balance = "answer";
    await until(
      async () => (await ask("eth_getBalance", [ADDRESS, "latest"])).result !== undefined,
    );
  });
});
