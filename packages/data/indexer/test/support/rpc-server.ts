import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { Socket } from "node:net";

/** What a test's server answers to one request, at once or later; undefined for nothing at all. */
export type Respond = (method: string, params: unknown[]) => unknown;

/** JSON-RPC over HTTP and WebSocket on one port, which answers what a test says, true or not. */
export class RpcServer {
  respond: Respond = () => undefined;
  readonly #http: Server;
  readonly #sockets = new Set<Socket>();
  readonly requests: string[] = [];
  headers: Record<string, unknown> = {};
  /** How large each batch was that came. */
  readonly batches: number[] = [];
  takesBatches = true;
  /** In place of what is sent with an answer over HTTP. */
  head: { status: number; headers?: Record<string, string> } = { status: 200 };

  private constructor() {
    this.#http = createServer((request, response) => {
      this.headers = request.headers;
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", async () => {
        const answer = await this.#answer(Buffer.concat(chunks).toString());
        if (answer === undefined) return;
        response.writeHead(this.head.status, this.head.headers);
        response.end(answer);
      });
    });
    this.#http.on("upgrade", (request, socket: Socket) => {
      const accept = createHash("sha1")
        .update(`${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
        .digest("base64");
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      );
      this.#sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => this.#sockets.delete(socket));
      socket.on("data", (data: Buffer) => {
        for (const text of readFrames(data)) void this.#reply(socket, text);
      });
    });
  }

  static async listen(): Promise<RpcServer> {
    const server = new RpcServer();
    await new Promise<void>((done) => server.#http.listen(0, "127.0.0.1", done));
    return server;
  }

  get host(): string {
    const address = this.#http.address();
    return `127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
  }

  /** To every WebSocket. */
  push(message: unknown): void {
    for (const socket of this.#sockets) socket.write(frame(JSON.stringify(message)));
  }

  /** Breaks every WebSocket. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    this.#http.closeAllConnections();
    await new Promise((done) => this.#http.close(done));
  }

  async #reply(socket: Socket, text: string): Promise<void> {
    const answer = await this.#answer(text);
    if (answer !== undefined) socket.write(frame(answer));
  }

  async #answer(text: string): Promise<string | undefined> {
    const message: unknown = JSON.parse(text);
    if (!Array.isArray(message)) return this.#answerOne(message as RpcMessage);
    this.batches.push(message.length);
    const refusal = { code: -32600, message: "batches are not supported" };
    if (!this.takesBatches) return JSON.stringify({ jsonrpc: "2.0", id: null, error: refusal });
    const answers = await Promise.all(message.map((one: RpcMessage) => this.#answerOne(one)));
    if (answers.includes(undefined)) return undefined;
    // In any order, as the specification has it.
    return `[${answers.reverse().join()}]`;
  }

  async #answerOne({ id, method, params }: RpcMessage): Promise<string | undefined> {
    this.requests.push(method);
    const answer = await this.respond(method, params);
    if (answer === undefined || typeof answer === "string") return answer;
    return JSON.stringify({ jsonrpc: "2.0", id, ...answer });
  }
}

interface RpcMessage {
  readonly id: unknown;
  readonly method: string;
  readonly params: unknown[];
}

/** An unmasked text frame. */
function frame(text: string): Buffer {
  const payload = Buffer.from(text);
  const { length } = payload;
  if (length < 126) return Buffer.concat([Buffer.from([0x81, length]), payload]);
  const head = Buffer.alloc(length < 65_536 ? 4 : 10);
  head.set([0x81, length < 65_536 ? 126 : 127]);
  if (length < 65_536) head.writeUInt16BE(length, 2);
  else head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, payload]);
}

/** The masked text frames of one piece of data, each of less than 64 KiB. */
function* readFrames(data: Buffer): Generator<string> {
  for (let at = 0; at < data.length; ) {
    const isText = ((data[at] ?? 0) & 0x0f) === 1;
    const short = (data[at + 1] ?? 0) & 0x7f;
    const length = short === 126 ? data.readUInt16BE(at + 2) : short;
    const mask = at + (short === 126 ? 4 : 2);
    const payload = data.subarray(mask + 4, mask + 4 + length);
    const text = payload.map((byte, i) => byte ^ (data[mask + (i % 4)] ?? 0));
    if (isText) yield Buffer.from(text).toString();
    at = mask + 4 + length;
  }
}
