/** A process of its own: `node load.ts URL SECONDS CONNECTIONS` posts the standard input's text and prints figures. */
import { Agent, request } from "node:http";
import { text } from "node:stream/consumers";

const [url = "", seconds = "3", connections = "16"] = process.argv.slice(2);
const body = await text(process.stdin);
const agent = new Agent({ keepAlive: true, maxSockets: Number(connections) });
const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
const latenciesMs: number[] = [];

await Promise.all(
  Array.from({ length: Number(connections) }, async () => {
    const untilMs = performance.now() + Number(seconds) * 1_000;
    while (performance.now() < untilMs) {
      const startMs = performance.now();
      await post();
      latenciesMs.push(performance.now() - startMs);
    }
  }),
);
agent.destroy();
latenciesMs.sort((a, b) => a - b);
const at = (share: number) => latenciesMs[Math.floor(latenciesMs.length * share)] ?? 0;
const perSecond = Math.round(latenciesMs.length / Number(seconds));
console.log(JSON.stringify({ perSecond, p50Ms: at(0.5), p99Ms: at(0.99) }));

function post(): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: "POST", agent, headers }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`HTTP status ${response.statusCode}`));
      response.resume().on("end", resolve).on("error", reject);
    });
    sent.on("error", reject).end(body);
  });
}
