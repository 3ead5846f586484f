import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

export interface NodeCall {
  readonly id: unknown;
  readonly method: string;
  readonly params: readonly unknown[];
}

/** How a node behaves beside its answers. */
export interface NodeMood {
  /** `hang`: takes a request and never answers. `cut`: closes the connection. A number is an HTTP status. */
  trouble?: "hang" | "cut" | number | undefined;
  /** Only for these methods; by default for all. */
  of?: readonly string[];
  retryAfterSeconds?: number;
}

/** A node over HTTP, on a chain that is a number of blocks, each with the hash that `hashAt` gives it. */
export class FakeNode {
  readonly #server: Server;
  readonly calls: NodeCall[] = [];
  readonly authorizations: (string | undefined)[] = [];
  mood: NodeMood = {};
  head = 100;
  finalized: number | undefined = 90;
  chainId = 31337;
  hashAt: (number: number) => string = (number) => `0x${number.toString(16).padStart(64, "0")}`;
  /** Results by method; what is not here is answered with the method's name. */
  results: Record<string, (params: readonly unknown[]) => unknown> = {};
  port = 0;

  constructor() {
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  static async open(settings: Partial<FakeNode> = {}): Promise<FakeNode> {
    const node = Object.assign(new FakeNode(), settings);
    await node.listen(0);
    return node;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async listen(port = this.port): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(port, "127.0.0.1", resolve));
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    this.port = address.port;
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  /** How often a method was asked, polls for heads apart. */
  count(method: string): number {
    return this.calls.filter((call) => call.method === method).length;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const call: NodeCall = JSON.parse(Buffer.concat(chunks).toString());
    this.calls.push(call);
    this.authorizations.push(request.headers.authorization);
    const { trouble, of, retryAfterSeconds } = this.mood;
    if (trouble !== undefined && (of === undefined || of.includes(call.method))) {
      if (trouble === "hang") return;
      if (trouble === "cut") return void request.socket.destroy();
      if (retryAfterSeconds !== undefined) response.setHeader("retry-after", retryAfterSeconds);
      response.writeHead(trouble).end(`status ${trouble} of ${this.url}`);
      return;
    }
    response.setHeader("content-type", "application/json");
    response.end(this.#answer(call));
  }

  #answer({ id, method, params }: NodeCall): string {
    const result = this.results[method] ?? this.#known(method);
    try {
      return JSON.stringify({ jsonrpc: "2.0", id, result: result(params) });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return JSON.stringify({ jsonrpc: "2.0", id, error: { code: -32000, message } });
    }
  }

  #known(method: string): (params: readonly unknown[]) => unknown {
    if (method === "eth_chainId") return () => `0x${this.chainId.toString(16)}`;
    if (method === "eth_blockNumber") return () => `0x${this.head.toString(16)}`;
    if (method === "eth_getBlockByNumber") return ([name]) => this.#block(name);
    return () => `${method} of ${this.hashAt(this.head)}`;
  }

  #block(name: unknown): unknown {
    const number =
      name === "latest" ? this.head : name === "finalized" ? this.finalized : Number(name);
    if (number === undefined) throw new Error("no finalized block");
    if (number > this.head) return null;
    const hash = this.hashAt(number);
    return { number: `0x${number.toString(16)}`, hash, parentHash: this.hashAt(number - 1) };
  }
}
