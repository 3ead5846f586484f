import { globSync, readFileSync, readlinkSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { treeMemory } from "../process-usage.ts";
import type { Contender, Running } from "./contender.ts";
import type { LoadChain } from "./load-chain.ts";

const GIVE_UP_MS = 15 * 60_000;
/** A chain that lives seals blocks; an indexer may wait for one to go on. */
const HEARTBEAT_MS = 1_000;

export interface Backfill {
  readonly events: number;
  readonly fromStartMs: number;
  /** From the first connection to the chain. */
  readonly fromRequestMs: number;
}

/** Starts the contender on an empty database; until all that the chain had by then is visible. */
export async function measureBackfill(
  contender: Contender,
  chain: LoadChain,
): Promise<{ backfill: Backfill; running: Running }> {
  const events = chain.emitted;
  const last = await chain.head();
  const startedMs = performance.now();
  const running = await contender.launch(chain);
  let requestMs: number | undefined;
  const watch = setInterval(() => {
    if (requestMs === undefined && isConnected(running.process.pid ?? 0, chain.port))
      requestMs = performance.now();
  }, 20);
  const alive = setInterval(() => void chain.seal(1), HEARTBEAT_MS);
  try {
    const doneMs = await visibleSince(contender, running, last, 20);
    const fromRequestMs = doneMs - (requestMs ?? startedMs);
    return { backfill: { events, fromStartMs: doneMs - startedMs, fromRequestMs }, running };
  } finally {
    clearInterval(watch);
    clearInterval(alive);
  }
}

export interface Tail {
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Medians of the first and of the last fifth: they are equal when the lag does not grow. */
  readonly firstMs: number;
  readonly lastMs: number;
  readonly sealed: number;
}

/** Seals blocks at a fixed rate, and sees when a row of each is visible. */
export async function measureTail(
  contender: Contender,
  running: Running,
  chain: LoadChain,
  load: { readonly blocksPerSecond: number; readonly seconds: number; readonly events: number },
): Promise<Tail> {
  await settle(contender, running, chain);
  const sealedAt = new Map<number, number>();
  const seenAt = new Map<number, number>();
  const watching = new AbortController();
  const observed = watchBlocks(contender, running, seenAt, watching.signal);
  const count = Math.max(1, Math.round(load.blocksPerSecond * load.seconds));
  const startMs = performance.now();
  for (let i = 0; i < count; i++) {
    await sleep(Math.max(0, startMs + (i * 1_000) / load.blocksPerSecond - performance.now()));
    sealedAt.set(await chain.seal(load.events), performance.now());
  }
  const last = Math.max(...sealedAt.keys());
  const untilMs = performance.now() + GIVE_UP_MS;
  while (!seenAt.has(last) && performance.now() < untilMs) await sleep(5);
  watching.abort();
  await observed;
  // A row may be seen before the chain has answered that its block is sealed.
  const lags = [...sealedAt].map(([number, sealedMs]) =>
    Math.max(0, (seenAt.get(number) ?? performance.now()) - sealedMs),
  );
  const fifth = Math.max(1, Math.floor(lags.length / 5));
  return {
    ...{ p50Ms: quantile(lags, 0.5), p99Ms: quantile(lags, 0.99), sealed: count },
    firstMs: quantile(lags.slice(0, fifth), 0.5),
    lastMs: quantile(lags.slice(-fifth), 0.5),
  };
}

/** Notes when each block is first visible. */
async function watchBlocks(
  contender: Contender,
  running: Running,
  seenAt: Map<number, number>,
  signal: AbortSignal,
): Promise<void> {
  let seen = await visibleBlock(contender, running);
  while (!signal.aborted) {
    await sleep(1);
    const now = await visibleBlock(contender, running);
    const atMs = performance.now();
    for (let number = seen + 1; number <= now; number++) seenAt.set(number, atMs);
    seen = Math.max(seen, now);
  }
}

/** Kills the process with -9 and starts it again; until a block sealed since then is visible. */
export async function measureRecovery(
  contender: Contender,
  running: Running,
  chain: LoadChain,
): Promise<{ recoveryMs: number; running: Running }> {
  running.process.kill("SIGKILL");
  const killedMs = performance.now();
  await running.stop();
  const again = await contender.launch(chain);
  const number = await chain.seal(10);
  const alive = setInterval(() => void chain.seal(1), HEARTBEAT_MS);
  const visibleMs = await visibleSince(contender, again, number, 5).finally(() =>
    clearInterval(alive),
  );
  return { recoveryMs: visibleMs - killedMs, running: again };
}

/** Of the process and all it started; shared pages once. */
export function memoryOf(running: Running): number {
  return treeMemory(running.process.pid ?? 0).pssBytes;
}

/** Waits until everything that was emitted is in the tables. @throws where they hold anything else */
export async function requireResult(
  contender: Contender,
  running: Running,
  chain: LoadChain,
): Promise<void> {
  await settle(contender, running, chain);
  const expected = chain.expected();
  const [row] = await running.ask(`
    SELECT (SELECT count(*) FROM ${contender.schema}.transfers)::text AS transfers,
      (SELECT md5(string_agg(lower(address) || ':' || balance, ',' ORDER BY lower(address) COLLATE "C"))
       FROM ${contender.schema}.accounts) AS balances`);
  if (row?.transfers !== `${expected.transfers}` || row.balances !== expected.balances)
    throw new Error(
      `${contender.name} holds ${JSON.stringify(row)}, not ${JSON.stringify(expected)}`,
    );
}

const SETTLE_MS = 5_000;
const SETTLE_ATTEMPTS = 60;

/** Until a block sealed just now is visible: one that was missed is only looked for when another comes. */
async function settle(contender: Contender, running: Running, chain: LoadChain): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const number = await chain.seal(1);
    try {
      await visibleSince(contender, running, number, 20, SETTLE_MS);
      return;
    } catch (error) {
      if (attempt === SETTLE_ATTEMPTS) throw error;
    }
  }
}

/** @returns when the block was first seen in the table */
async function visibleSince(
  contender: Contender,
  running: Running,
  number: number,
  pauseMs: number,
  timeoutMs = GIVE_UP_MS,
): Promise<number> {
  const untilMs = performance.now() + timeoutMs;
  let reason: unknown;
  while (performance.now() < untilMs) {
    if (running.process.exitCode !== null)
      throw new Error(`${contender.name} ended with ${running.process.exitCode}`);
    try {
      if ((await visibleBlock(contender, running)) >= number) return performance.now();
    } catch (error) {
      // Not there yet: no database, no table, no server.
      reason = error;
    }
    await sleep(pauseMs);
  }
  throw new Error(`${contender.name} did not show block ${number} in time`, { cause: reason });
}

async function visibleBlock(contender: Contender, running: Running): Promise<number> {
  const text = `SELECT max(block_number) AS number FROM ${contender.schema}.transfers`;
  const [row] = await running.ask(text);
  return Number(row?.number ?? -1);
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

const ESTABLISHED = "01";

/** Whether a process has a connection open to a port of this machine. */
function isConnected(pid: number, port: number): boolean {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const sockets = new Set(
    globSync(`/proc/${pid}/fd/*`).map((file) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(file))?.[1];
      } catch {
        return undefined;
      }
    }),
  );
  return readFileSync("/proc/net/tcp", "utf8")
    .split("\n")
    .some((line) => {
      const [, , remote = "", state, , , , , , inode] = line.trim().split(/\s+/);
      return remote.endsWith(wanted) && state === ESTABLISHED && sockets.has(inode);
    });
}
