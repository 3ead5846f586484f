/**
 * The same ERC-20 load into ours and into Ponder 0.17.7: a balance for each address, a row for each Transfer.
 *
 * Workload: anvil with `--blocks` (4,000) blocks of `--events` (50) transfers between 10,000 addresses, built anew for
 * each contender; it seals on, one block a second. Measured: backfill, from process start and from the first connection
 * to the chain, until the last of these rows is visible; then block sealed → row visible with 10 events a block, at 1
 * block/s for `--slow` (30) seconds and at 20 blocks/s for `--seconds` (300), with the median of the first and the last
 * fifth; kill -9 until a new row is visible; memory (PSS) of the process and its children before the kill. Rows are
 * looked for by SQL all the time, over a connection of its own, or by the process itself for PGlite. In the end each
 * must hold the rows and balances that follow from the load. Heads are pushed over WebSocket to both; a server's own memory is not counted.
 *
 * Expected on two cores: backfill at least three times Ponder's, p99 < 50 ms at 20 blocks/s and a lag that does not
 * grow, recovery < 2 s. `--only ours,embedded` runs a part, `--seconds 0` leaves the tail out. The server is
 * TEST_DATABASE_URL, or one on the usual port.
 */
import { parseArgs } from "node:util";
import pg from "pg";
import { createContender, type Engine, type Storage } from "./indexer/contender.ts";
import { LoadChain } from "./indexer/load-chain.ts";
import {
  type Backfill,
  measureBackfill,
  measureRecovery,
  measureTail,
  memoryOf,
  requireResult,
} from "./indexer/measure.ts";

const { values: flags } = parseArgs({
  options: {
    blocks: { type: "string", default: "4000" },
    events: { type: "string", default: "50" },
    slow: { type: "string", default: "30" },
    seconds: { type: "string", default: "300" },
    only: { type: "string", default: "" },
  },
});
const ACCOUNTS = 10_000;
const TAIL_EVENTS = 10;
const ALL: readonly (readonly [Engine, Storage])[] = [
  ["ours", "embedded"],
  ["ours", "pglite"],
  ["ours", "server"],
  ["ponder", "pglite"],
  ["ponder", "server"],
];

const server = await reachableServer();
const wanted = flags.only.split(",").filter((word) => word !== "");
const backfills = new Map<string, Backfill>();
for (const [engine, storage] of ALL) {
  if (!wanted.every((word) => word === engine || word === storage)) continue;
  if (storage === "server" && server === undefined)
    console.log(`${engine}, server: left out, no PostgreSQL at TEST_DATABASE_URL or on port 5432`);
  else await run(engine, storage);
}
for (const storage of ["pglite", "server"] as const) compare(storage);

async function run(engine: Engine, storage: Storage): Promise<void> {
  const chain = await LoadChain.start(ACCOUNTS);
  const contender = await createContender(engine, storage, server);
  const say = (text: string) => console.log(`${contender.name.padEnd(16)} ${text}`);
  try {
    await chain.build(Number(flags.blocks), Number(flags.events));
    const { backfill, running: first } = await measureBackfill(contender, chain);
    let running = first;
    try {
      backfills.set(contender.name, backfill);
      say(describe(backfill));
      await requireResult(contender, running, chain);
      for (const [blocksPerSecond, seconds] of [
        [1, Number(flags.slow)],
        [20, Number(flags.seconds)],
      ] as const) {
        if (seconds === 0) continue;
        const load = { blocksPerSecond, seconds, events: TAIL_EVENTS };
        const tail = await measureTail(contender, running, chain, load);
        say(
          `${blocksPerSecond} blocks/s for ${seconds} s: visible after p50 ${ms(tail.p50Ms)}, p99 ${ms(tail.p99Ms)}; ` +
            `first fifth ${ms(tail.firstMs)}, last fifth ${ms(tail.lastMs)}`,
        );
      }
      say(`memory ${(memoryOf(running) / 1e6).toFixed(0)} MB`);
      const recovery = await measureRecovery(contender, running, chain);
      running = recovery.running;
      say(`new rows ${ms(recovery.recoveryMs)} after kill -9`);
      await requireResult(contender, running, chain);
    } finally {
      await running.stop();
    }
  } finally {
    await chain.stop();
    await contender.clean();
  }
}

function describe({ events, fromStartMs, fromRequestMs }: Backfill): string {
  const rate = (durationMs: number) => `${Math.round(events / (durationMs / 1_000))} events/s`;
  return (
    `backfill of ${events} events: ${rate(fromStartMs)} from process start (${ms(fromStartMs)}), ` +
    `${rate(fromRequestMs)} from the first request (${ms(fromRequestMs)})`
  );
}

function compare(storage: Storage): void {
  const ours = backfills.get(`ours, ${storage}`);
  const theirs = backfills.get(`ponder, ${storage}`);
  if (ours === undefined || theirs === undefined) return;
  const fromStart = theirs.fromStartMs / ours.fromStartMs;
  const fromRequest = theirs.fromRequestMs / ours.fromRequestMs;
  console.log(
    `${storage}: ours backfills ${fromStart.toFixed(1)}× as fast from process start, ` +
      `${fromRequest.toFixed(1)}× from the first request (aim ≥ 3×)`,
  );
}

function ms(value: number): string {
  return value < 10_000 ? `${value.toFixed(0)} ms` : `${(value / 1_000).toFixed(1)} s`;
}

async function reachableServer(): Promise<string | undefined> {
  const usual = ["root", "postgres"].map((user) => `postgres://${user}@127.0.0.1:5432/postgres`);
  const { TEST_DATABASE_URL } = process.env;
  for (const url of TEST_DATABASE_URL === undefined ? usual : [TEST_DATABASE_URL])
    if (await answers(url)) return url;
  return undefined;
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false;
  }
}
