/**
 * Requests at a steady rate, whether or not those before were answered: `mixed-load.ts FILE SECONDS PER_SECOND`, where the
 * file has `{ port, tokens, reads }`. Time is counted from when a request was due, so that a server that stalls is
 * charged for all it kept waiting. Of 100: 78 reads, 10 JSON-RPC calls, 6 typing challenges, 4 reads of a session, and a
 * login, which is two. Prints one line of JSON.
 */
import { readFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { setTimeout } from "node:timers/promises";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { createSiweMessage } from "viem/siwe";

const [file = "", seconds = "10", perSecond = "500"] = process.argv.slice(2);
const { port, tokens, reads } = JSON.parse(readFileSync(file, "utf8")) as {
  port: number;
  tokens: string[];
  reads: string[];
};
const agent = new Agent({ keepAlive: true, maxSockets: 256 });
const accounts = Array.from({ length: 50 }, () => privateKeyToAccount(generatePrivateKey()));
const latenciesMs: Record<string, number[]> = {};
const unexpected: Record<string, number> = {};
const count = Number(seconds) * Number(perSecond);
const startedAtMs = performance.now();
const underWay: Promise<unknown>[] = [];
for (let n = 0; n < count; n += 1) {
  const dueMs = startedAtMs + (n * 1_000) / Number(perSecond);
  if (dueMs > performance.now() + 1) await setTimeout(dueMs - performance.now());
  underWay.push(...send(n, dueMs));
}
await Promise.all(underWay);
agent.destroy();
const all = Object.values(latenciesMs).flat();
const kinds = Object.entries({ ...latenciesMs, all }).map(([kind, list]) => [
  kind,
  summarize(list),
]);
console.log(JSON.stringify({ kinds: Object.fromEntries(kinds), unexpected }));

function send(n: number, dueMs: number): Promise<unknown>[] {
  const turn = n % 100;
  const token = tokens[n % tokens.length] ?? "";
  const authorization = `Bearer ${token}`;
  if (turn === 0) return [logIn(n, dueMs)];
  if (turn === 50) return []; // the second request of the login
  if (turn % 10 === 1) {
    const body = { jsonrpc: "2.0", id: n, method: "eth_blockNumber", params: [] };
    return [timed("rpc", dueMs, ask("POST", "/rpc", body))];
  }
  if (turn % 16 === 5)
    return [
      timed(
        "challenge",
        dueMs,
        ask("POST", "/minigame/typing/challenge", undefined, { authorization }),
      ),
    ];
  if (turn % 25 === 7)
    return [timed("session", dueMs, ask("GET", "/auth/session", undefined, { authorization }))];
  return [timed("read", dueMs, ask("GET", reads[n % reads.length] ?? "/"))];
}

async function logIn(n: number, dueMs: number): Promise<void> {
  const account = accounts[n % accounts.length];
  if (!account) return;
  const { text } = await timed("nonce", dueMs, ask("GET", "/auth/nonce"));
  const message = createSiweMessage({
    ...{ address: account.address, chainId: 31_337, domain: `127.0.0.1:${port}`, version: "1" },
    ...{ nonce: JSON.parse(text).nonce, uri: `http://127.0.0.1:${port}` },
  });
  const signature = await account.signMessage({ message });
  await timed("login", performance.now(), ask("POST", "/auth/verify", { message, signature }));
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

async function timed(kind: string, dueMs: number, answered: Promise<Answer>): Promise<Answer> {
  const answer = await answered;
  latenciesMs[kind] ??= [];
  latenciesMs[kind].push(performance.now() - dueMs);
  if (answer.status !== 200) {
    const name = `${kind} ${answer.status}`;
    unexpected[name] = (unexpected[name] ?? 0) + 1;
  }
  return answer;
}

function ask(
  method: string,
  path: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const payload = body === undefined ? "" : JSON.stringify(body);
  const type = body === undefined ? {} : { "content-type": "application/json" };
  const length = { "content-length": Buffer.byteLength(payload) };
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        ...{ host: "127.0.0.1", port, method, path, agent },
        headers: { ...headers, ...type, ...(method === "POST" ? length : {}) },
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          text += chunk;
        });
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
        response.on("error", reject);
      },
    );
    sent.on("error", reject);
    sent.end(payload);
  });
}

function summarize(list: number[]): { count: number; p50Ms: number; p99Ms: number } {
  list.sort((a, b) => a - b);
  const at = (share: number) => list[Math.floor(share * (list.length - 1))] ?? 0;
  return { count: list.length, p50Ms: at(0.5), p99Ms: at(0.99) };
}
