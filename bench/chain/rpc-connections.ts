import { Agent, request } from "node:http";

export interface RpcAnswer {
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
}

/** A few keep-alive HTTP connections to one JSON-RPC port. */
export class RpcConnections {
  readonly #agent: Agent;
  readonly #port: number;

  constructor(port: number, connectionCount: number) {
    this.#port = port;
    this.#agent = new Agent({ keepAlive: true, maxSockets: connectionCount });
  }

  post(body: string): Promise<RpcAnswer> {
    return new Promise((resolve, reject) => {
      const sent = request(
        {
          host: "127.0.0.1",
          port: this.#port,
          method: "POST",
          agent: this.#agent,
          headers: {
            "content-type": "application/json",
            "content-length": Buffer.byteLength(body),
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("end", () =>
            resolve(JSON.parse(Buffer.concat(chunks).toString()) as RpcAnswer),
          );
          response.on("error", reject);
        },
      );
      sent.on("error", reject);
      sent.end(body);
    });
  }

  async call<T>(method: string, params: readonly unknown[]): Promise<T> {
    const answer = await this.post(JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }));
    if (answer.error) throw new Error(`${method}: ${answer.error.message}`);
    return answer.result as T;
  }

  close(): void {
    this.#agent.destroy();
  }
}
