/**
 * The API against bare fastify that answers the same URLs with the same bytes, as a text that is ready.
 *
 * Workload: the game with 20,000 users, 500 crews and 2,000 events in PostgreSQL, and a block a second, so that answers are
 * read anew every second; each GET route over 64 connections with one request under way on each, from another process;
 * 3 s to a side (`--seconds`), three rounds in turn, and the round with the best share (`--only /crews` runs some
 * routes). `socket` is the load against a server that does nothing: what the load itself can do. Then 500 requests a second,
 * answered or not: reads, sessions, JSON-RPC before anvil, typing challenges and logins.
 * Ours identifies the caller, counts the request, checks what is asked, knows whether the data has changed, and sets the
 * headers that a browser wants. Aim on two shared cores: 60 % of bare fastify for answers that are kept; p99 below
 * 100 ms for the mixed load.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { findAnvil, startAnvil } from "@ghostchain/tools/anvil";

const ROUNDS = 3;
const CONNECTIONS = 64;
const MIXED_PER_SECOND = 500;
const { values } = parseArgs({
  options: { seconds: { type: "string", default: "3" }, only: { type: "string" } },
});
const SECONDS = Number(values.seconds);

interface Figures {
  readonly perSecond: number;
  readonly p99Ms: number;
  /** Of the process that answers, user and system, for one request: says the same on a busy machine. */
  readonly cpuUs: number;
}

interface Side {
  readonly child: ChildProcess;
  readonly port: number;
}

interface Game extends Side {
  readonly tokens: readonly string[];
  readonly user: string;
  readonly crew: string;
}

const binary = findAnvil();
if (binary === undefined) throw new Error("anvil is not installed for this platform");
const anvil = await startAnvil(binary, ["--block-time", "1"]);
const directory = mkdtempSync(join(tmpdir(), "ghost-bench-"));
const ours = await serve<Game>("serve-game.ts", anvil.url);
const kept = [
  ...[`/users/${ours.user}`, `/users/${ours.user}/history`, "/leaderboard"],
  ...["/leaderboard?type=streak&limit=10", "/leaderboard?type=pnl&period=daily&limit=20"],
  ...["/levels", "/crews", "/crews?search=crew%201&sort=pnl", `/crews/${ours.crew}`],
  ...["/feed", "/feed?topic=level:3&limit=20", "/network"],
];
/** About the caller or the moment, and so worked out for each request. */
const others = ["/health", "/auth/session"];
const answers = await ask([...kept, ...others]);
const bare = await serve("serve-bare.ts", "fastify", write("answers.json", answers));
const network = { "/network": answers["/network"] };
const socket = await serve("serve-bare.ts", "socket", write("one.json", network));

console.log(`the load itself  ${show(await load(socket, "/network"))}`);
await comparePaths("kept", kept);
await comparePaths("worked out", others);
await runMixed();
for (const { child } of [ours, bare, socket]) child.stdin?.end();
await anvil.stop();
rmSync(directory, { recursive: true });

async function comparePaths(what: string, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    if (values.only !== undefined && !path.startsWith(values.only)) continue;
    const rounds: { ours: Figures; bare: Figures; share: number }[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const figures = { bare: await load(bare, path), ours: await load(ours, path) };
      rounds.push({ ...figures, share: figures.ours.perSecond / figures.bare.perSecond });
    }
    const [best] = rounds.toSorted((a, b) => b.share - a.share);
    if (!best) throw new Error("no round was run");
    const shares = rounds.map(({ share }) => `${Math.round(share * 100)} %`).join(", ");
    const name = `${what}  ${path.replace(/[0-9a-f-]{36,}|0x[0-9a-f]{40}/, (id) => `${id.slice(0, 6)}…`)}`;
    const bytes = Buffer.byteLength(answers[path] ?? "");
    const byCpu = `${Math.round((100 * best.bare.cpuUs) / best.ours.cpuUs)} %`;
    console.log(
      `${name.padEnd(56)} ${String(bytes).padStart(6)} B  ours ${show(best.ours)}  bare ${show(best.bare)}  ` +
        `${shares} of its requests/s, by CPU ${byCpu}`,
    );
  }
}

async function runMixed(): Promise<void> {
  const { port, tokens } = ours;
  const plan = write("mixed.json", { port, tokens, reads: kept });
  const script = join(import.meta.dirname, "api/mixed-load.ts");
  const args = [script, plan, String(Math.max(5, SECONDS * 3)), String(MIXED_PER_SECOND)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const { kinds, unexpected } = JSON.parse(await firstOutput(child));
  const figures = Object.entries<{ count: number; p50Ms: number; p99Ms: number }>(kinds).map(
    ([kind, { count, p50Ms, p99Ms }]) =>
      `${kind} ${count}: p50 ${p50Ms.toFixed(1)} p99 ${p99Ms.toFixed(1)} ms`,
  );
  console.log(`mixed, ${MIXED_PER_SECOND}/s\n  ${figures.join("\n  ")}`);
  if (Object.keys(unexpected).length > 0)
    throw new Error(`not answered with 200: ${JSON.stringify(unexpected)}`);
}

/** What ours answers, each twice, so that the second is what is kept. */
async function ask(paths: readonly string[]): Promise<Record<string, string>> {
  const answered: Record<string, string> = {};
  for (const path of [...paths, ...paths]) {
    const headers = { authorization: `Bearer ${ours.tokens[0]}` };
    const response = await fetch(`http://127.0.0.1:${ours.port}${path}`, { headers });
    answered[path] = await response.text();
    if (response.status !== 200) throw new Error(`${path}: ${response.status} ${answered[path]}`);
  }
  return answered;
}

async function serve<S extends Side>(script: string, ...args: readonly string[]): Promise<S> {
  const path = join(import.meta.dirname, "api", script);
  const stdio = ["pipe", "pipe", "inherit"] as const;
  const child = spawn(process.execPath, [path, ...args], { stdio: [...stdio] });
  return { child, ...JSON.parse(await firstOutput(child)) };
}

async function load({ child: { pid = 0 }, port }: Side, path: string): Promise<Figures> {
  const script = join(import.meta.dirname, "api/http-load.ts");
  const headers = path.startsWith("/auth/") ? [`Authorization: Bearer ${ours.tokens[0]}`] : [];
  const args = [script, port, path, CONNECTIONS, SECONDS, ...headers].map(String);
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const before = cpuUsOf(pid);
  const figures = JSON.parse(await firstOutput(child));
  const cpuUs = (cpuUsOf(pid) - before) / (figures.perSecond * SECONDS);
  const unexpected = Object.keys(figures.statuses).filter((status) => status !== "200");
  if (unexpected.length > 0) throw new Error(`${path} was answered ${unexpected.join(", ")}`);
  return { ...figures, cpuUs };
}

async function firstOutput(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error("the child says nothing");
  let text = "";
  for await (const chunk of child.stdout) {
    text += chunk;
    if (text.endsWith("\n")) return text;
  }
  throw new Error("the child ended without a word");
}

function write(name: string, content: unknown): string {
  const path = join(directory, name);
  writeFileSync(path, JSON.stringify(content));
  return path;
}

/** 100 ticks a second, as every Linux counts them for us. */
function cpuUsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

function show({ perSecond, p99Ms, cpuUs }: Figures): string {
  const rate = Math.round(perSecond).toLocaleString("en");
  return `${rate.padStart(6)}/s p99 ${p99Ms.toFixed(0).padStart(2)} ms ${cpuUs.toFixed(0)} µs`;
}
