import { Agent, request } from "node:http";
/** A few keep-alive HTTP connections to one JSON-RPC port. */
export class RpcConnections {
  #agent;
  #port;
  constructor(port, connectionCount) {
    this.#port = port;
    this.#agent = new Agent({ keepAlive: true, maxSockets: connectionCount });
  }
  post(body) {
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
          const chunks = [];
          response.on("data", (chunk) => chunks.push(chunk));
          response.on("end", () => resolve(JSON.parse(Buffer.concat(chunks).toString())));
          response.on("error", reject);
        },
      );
      sent.on("error", reject);
      sent.end(body);
    });
  }
  async call(method, params) {
    const answer = await this.post(JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }));
    if (answer.error) throw new Error(`${method}: ${answer.error.message}`);
    return answer.result;
  }
  close() {
    this.#agent.destroy();
  }
}
//# sourceMappingURL=rpc-connections.js.map
