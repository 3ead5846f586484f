/**
 * Keeps one request under way on each of some connections: `http-load.ts PORT PATH CONNECTIONS SECONDS [HEADER…]`. Prints one
 * line of JSON. Plain sockets, so that the load costs less than what answers it.
 */
import { connect } from "node:net";

const [port, path, connections, seconds, ...headers] = process.argv.slice(2);
const lines = [`GET ${path} HTTP/1.1`, "Host: 127.0.0.1", ...headers];
const request = Buffer.from(`${lines.join("\r\n")}\r\n\r\n`);
const latenciesMs: number[] = [];
const statuses: Record<string, number> = {};
const endsAtMs = performance.now() + Number(seconds) * 1000;

await Promise.all(Array.from({ length: Number(connections) }, () => keepAsking()));
latenciesMs.sort((a, b) => a - b);
const at = (share: number) => latenciesMs[Math.floor(share * (latenciesMs.length - 1))] ?? 0;
const perSecond = latenciesMs.length / Number(seconds);
console.log(JSON.stringify({ perSecond, p50Ms: at(0.5), p99Ms: at(0.99), statuses }));

function keepAsking(): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), "127.0.0.1");
    let sentAtMs = 0;
    let received = "";
    const send = () => {
      sentAtMs = performance.now();
      socket.write(request);
    };
    socket.setNoDelay(true);
    socket.once("connect", send);
    socket.once("error", reject);
    socket.on("data", (chunk) => {
      received += chunk.toString("latin1");
      const bodyAt = received.indexOf("\r\n\r\n") + 4;
      if (bodyAt < 4) return;
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(received)?.[1] ?? 0);
      if (received.length < bodyAt + length) return;
      const status = received.slice(9, 12);
      statuses[status] = (statuses[status] ?? 0) + 1;
      received = "";
      latenciesMs.push(performance.now() - sentAtMs);
      if (performance.now() < endsAtMs) return send();
      socket.destroy();
      resolve();
    });
  });
}
