/**
 * One feed to many WebSockets: ours, a naive `ws` broadcaster as the seed has it, and Socket.IO, one after the other.
 *
 * Workload: 1,000, 5,000 and 10,000 sockets that watch everything; events of 250 bytes as JSON; 10 s of each:
 *
 * - `single`: 20 events/s, each by itself. Time from when an event is due to when a client has it, on 100 sockets
 *   spread among the others, in a process of their own.
 * - `blocks`: the same as a chain brings them: five at once every 250 ms.
 * - `flood`: 2,000 events/s are offered, those overdue at most 20 at once: frames that clients were given a second, until
 *   the last one has come.
 *
 * - `herd` (ours alone): everyone asks at once for a FULL_SYNC of 14 kB.
 *
 * Ours commits each event to PostgreSQL and takes it from the bus before it sends it, and that counts. Memory is the
 * server's resident set, without what it had before the first socket. Three processes on one machine share its cores: most clients
 * let the kernel keep what comes and read four times a second. Expected cost: one write to one socket is 6 to 9 µs of one
 * core on loopback, nearly all of it the kernel's, so that 10,000 of them take 60 to 90 ms whatever the server does.
 * Aims at 10,000 sockets: flood ≥ 5× naive, p99 < 60 ms, < 25 KB a socket.
 *
 * `--sockets 1000,5000`, `--seconds 5`, `--peers ghost,naive,socket-io`, `--gateways 2` (of ours, in processes that share
 * the port), `--profile` (a CPU profile of each server).
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { Child } from "./gateway/child.ts";
import type { ClientCommand, ClientReport } from "./gateway/client-process.ts";
import type { ServerCommand, ServerReport } from "./gateway/server-process.ts";
import { type Usage, usageOf } from "./process-usage.ts";

const { values: flags } = parseArgs({
  options: {
    sockets: { type: "string", default: "1000,5000,10000" },
    seconds: { type: "string", default: "10" },
    peers: { type: "string", default: "ghost,naive,socket-io" },
    gateways: { type: "string", default: "1" },
    profile: { type: "boolean", default: false },
  },
});
const seconds = Number(flags.seconds);
const SAMPLED = 100;
const SETTLE_MS = 2_000;
const DRAIN_MS = 60_000;

type Server = Child<ServerCommand, ServerReport>;
type Clients = Child<ClientCommand, ClientReport>;

type Load = Pick<ServerCommand, "perSecond" | "blockMs">;

interface Phase {
  readonly perSecond: number;
  readonly events: number;
  readonly missing: number;
  readonly cpuMicros: number;
  readonly latencies: readonly number[];
}
interface Result {
  readonly idleKb: number;
  readonly loadedKb: number;
  readonly single: Phase;
  readonly blocks: Phase;
  readonly flood: Phase;
  readonly herdMs: number | undefined;
}

const counts = flags.sockets.split(",").map(Number);
requireFiles(Math.max(...counts));
for (const sockets of counts) {
  const results = new Map<string, Result>();
  for (const name of flags.peers.split(",")) {
    const result = await measure(name, sockets);
    results.set(name, result);
    describe(name, sockets, result);
  }
  const naive = results.get("naive");
  const ghost = results.get("ghost");
  if (ghost && naive) {
    const ratio = ghost.flood.perSecond / naive.flood.perSecond;
    console.log(`${sockets} sockets: ghost delivers ${ratio.toFixed(1)}× naive (aim ≥ 5×)`);
  }
}

async function measure(name: string, sockets: number): Promise<Result> {
  const profile = flags.profile
    ? ["--cpu-prof", `--cpu-prof-name=${name}-${sockets}.cpuprofile`]
    : [];
  const server: Server = new Child("server-process.ts", [name, flags.gateways], profile);
  const clients: Clients[] = [
    new Child("client-process.ts", ["lazy"]),
    new Child("client-process.ts", ["prompt"]),
  ];
  try {
    const { port, path, pids } = await server.next("open");
    await pause(SETTLE_MS);
    const bare = usageOfAll(pids);
    await connectAll(clients, { port, path }, sockets);
    await pause(SETTLE_MS);
    const idle = usageOfAll(pids);
    const phase = (load: Load) => run({ server, pids }, clients, sockets, load);
    const single = await phase({ perSecond: 20, blockMs: 0 });
    const blocks = await phase({ perSecond: 20, blockMs: 250 });
    const loaded = usageOfAll(pids);
    const flood = await phase({ perSecond: 2_000, blockMs: 0 });
    const herdMs = name === "ghost" ? await herd(clients, sockets) : undefined;
    const kbEach = (now: Usage) => (now.rssBytes - bare.rssBytes) / 1024 / sockets;
    return { idleKb: kbEach(idle), loadedKb: kbEach(loaded), single, blocks, flood, herdMs };
  } finally {
    await Promise.all([server, ...clients].map((child) => child.stop()));
  }
}

function usageOfAll(pids: readonly number[]): Usage {
  const all = pids.map(usageOf);
  return {
    cpuMicros: all.reduce((sum, { cpuMicros }) => sum + cpuMicros, 0),
    rssBytes: all.reduce((sum, { rssBytes }) => sum + rssBytes, 0),
  };
}

/** A sampled one after every so many others, so that they stand everywhere in the order of the server's sockets. */
async function connectAll(
  [lazy, prompt]: readonly Clients[],
  to: { port: number; path: string },
  sockets: number,
): Promise<void> {
  for (let round = 0; round < SAMPLED; round++) {
    for (const [child, count] of [
      [lazy, sockets / SAMPLED - 1],
      [prompt, 1],
    ] as const) {
      const opened = child?.next("opened");
      child?.tell({ do: "open", ...to, count });
      await opened;
    }
  }
}

async function run(
  { server, pids }: { server: Server; pids: readonly number[] },
  clients: readonly Clients[],
  sockets: number,
  load: Load,
): Promise<Phase> {
  await Promise.all(
    clients.map((child) => {
      child.tell({ do: "reset" });
      return child.next("reset");
    }),
  );
  const before = usageOfAll(pids);
  const startedMs = performance.now();
  server.tell({ do: "publish", ...load, seconds });
  const { count } = await server.next("published");
  const expected = count * sockets;
  const { texts, latencies } = await drained(clients, expected);
  const elapsedMs = performance.now() - startedMs;
  return {
    perSecond: texts / (elapsedMs / 1_000),
    events: count,
    missing: expected - texts,
    cpuMicros: (usageOfAll(pids).cpuMicros - before.cpuMicros) / texts,
    latencies,
  };
}

/** Everyone asks at once for what cannot be replayed any more, as after a rebuilt database. */
async function herd(clients: readonly Clients[], sockets: number): Promise<number> {
  const startedMs = performance.now();
  for (const child of clients) {
    child.tell({ do: "reset" });
    await child.next("reset");
    child.tell({ do: "say", text: '{"type":"RECONNECT","lastSequenceId":0,"epoch":"another"}' });
  }
  await drained(clients, sockets);
  return performance.now() - startedMs;
}

/** What clients have once they have everything, or after a while in which they got no more. */
async function drained(
  clients: readonly Clients[],
  expected: number,
): Promise<{ texts: number; latencies: readonly number[] }> {
  const untilMs = performance.now() + DRAIN_MS;
  for (;;) {
    const reports = await Promise.all(
      clients.map((child) => {
        child.tell({ do: "report" });
        return child.next("report");
      }),
    );
    const texts = reports.reduce((sum, one) => sum + one.texts, 0);
    const closed = reports.reduce((sum, one) => sum + one.closed, 0);
    if (closed > 0) throw new Error(`${closed} clients were cut off`);
    if (texts >= expected || performance.now() > untilMs) {
      return { texts, latencies: reports.flatMap((one) => one.latencies) };
    }
    await pause(50);
  }
}

function describe(name: string, sockets: number, result: Result): void {
  const { idleKb, loadedKb, flood } = result;
  const paced = (["single", "blocks"] as const).map((phase) => {
    const { latencies, cpuMicros } = result[phase];
    const sorted = latencies.toSorted((a, b) => a - b);
    const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
    return `${phase} p50 ${cell(at(0.5))} p99 ${cell(at(0.99))} ms, ${cell(cpuMicros)} CPU µs/message`;
  });
  const flooded = `flood ${cell(flood.perSecond / 1e3)}k messages/s, ${cell(flood.cpuMicros)} CPU µs/message`;
  const memory = `${cell(idleKb)} KB a socket idle, ${cell(loadedKb)} loaded`;
  const { herdMs } = result;
  const synced = herdMs === undefined ? [] : [`herd ${cell(herdMs)} ms until all have a FULL_SYNC`];
  console.log([`${sockets} ${name}`, ...paced, flooded, ...synced, memory].join("\n  "));
  const missing = result.single.missing + result.blocks.missing + flood.missing;
  if (missing > 0) console.log(`  ${missing} messages never came`);
}

function cell(value: number): string {
  return value.toFixed(value < 10 ? 2 : value < 1_000 ? 1 : 0);
}

/** Node raises the soft limit by itself; the hard limit is for the one who runs it. */
function requireFiles(sockets: number): void {
  const line = /Max open files\s+(\d+)\s+(\d+|unlimited)/.exec(
    readFileSync("/proc/self/limits", "utf8"),
  );
  const hard = line?.[2] === "unlimited" ? Number.POSITIVE_INFINITY : Number(line?.[2]);
  const needed = sockets + 200;
  if (hard >= needed) return;
  console.error(
    `${sockets} sockets need ${needed} open files and ${hard} are allowed: raise it (ulimit -Hn ${needed}) or pass --sockets`,
  );
  process.exit(2);
}

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
