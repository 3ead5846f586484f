/**
 * Requests a second of the API against bare fastify that returns the same objects.
 *
 * Workload: GET /network (nothing is asked), GET /feed (two statements), GET /auth/session (a token is verified), over 64
 * connections with one request under way on each, from another process; 4 s to a side, three rounds in turn, the best of
 * each. Ours identifies the caller, counts the request in memory, validates, serializes by schema, and sets the headers
 * that a browser wants. Aim on two shared cores: 60 % of bare fastify, p99 below 100 ms.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const ROUNDS = 3;
const CONNECTIONS = 64;
const SECONDS = Number(process.argv[2] ?? 4);
const PATHS = ["/network", "/feed", "/auth/session"];

interface Figures {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of the process that answers, user and system, for one request: says the same on a busy machine. */
  readonly cpuUs: number;
  readonly statuses: Readonly<Record<string, number>>;
}

interface Side {
  readonly child: ChildProcess;
  readonly port: number;
  readonly token: string;
}

const sides = { bare: await serve("bare"), ours: await serve("ours") };
for (const path of PATHS) {
  const rounds = { bare: [] as Figures[], ours: [] as Figures[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const side of ["bare", "ours"] as const) rounds[side].push(await load(sides[side], path));
  }
  const [bare, ours] = [best(rounds.bare), best(rounds.ours)];
  const share = Math.round((100 * ours.perSecond) / bare.perSecond);
  const cpuShare = Math.round((100 * bare.cpuUs) / ours.cpuUs);
  console.log(
    `${path.padEnd(14)} bare ${show(bare)}; ours ${show(ours)}; ${share} % (aim 60 %), by CPU ${cpuShare} %`,
  );
}
for (const { child } of Object.values(sides)) child.stdin?.end();

async function serve(side: "bare" | "ours"): Promise<Side> {
  const script = join(import.meta.dirname, "api/serve.ts");
  const child = spawn(process.execPath, [script, side], { stdio: ["pipe", "pipe", "inherit"] });
  const { port, token } = JSON.parse(await firstOutput(child));
  return { child, port, token };
}

async function load({ child: { pid = 0 }, port, token }: Side, path: string): Promise<Figures> {
  const script = join(import.meta.dirname, "api/http-load.ts");
  const headers = path === "/auth/session" ? [`Authorization: Bearer ${token}`] : [];
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
  const [chunk] = await once(child.stdout, "data");
  return String(chunk);
}

/** 100 ticks a second, as every Linux counts them for us. */
function cpuUsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

function best(rounds: readonly Figures[]): Figures {
  const [first] = rounds.toSorted((a, b) => b.perSecond - a.perSecond);
  if (!first) throw new Error("no round was run");
  return first;
}

function show({ perSecond, p50Ms, p99Ms, cpuUs }: Figures): string {
  return `${Math.round(perSecond).toLocaleString("en")}/s p50 ${p50Ms.toFixed(1)} p99 ${p99Ms.toFixed(1)} ms, ${cpuUs.toFixed(0)} µs CPU`;
}
