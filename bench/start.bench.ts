/**
 * `npm start`, already installed, to its `ready` line, and what all its processes hold after a minute of play.
 *
 * Workload: the defaults (1 s blocks, 8 simulated players) on free ports: five starts on a fresh directory, and one more
 * that is left running for 60 s. Aim on two cores: median below 4 s, below 500 MB.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { treeMemory } from "./process-usage.ts";

const ROOT = resolve(import.meta.dirname, "..");
const STARTS = 5;
const PLAY_MS = 60_000;
const MB = 1e6;

const fresh: number[] = [];
for (let round = 0; round < STARTS; round++) {
  const run = await start();
  fresh.push(run.readyMs);
  await run.stop();
}
console.log(
  `start to ready, fresh directory: ${fresh.map((ms) => `${(ms / 1000).toFixed(2)} s`).join(", ")}`,
);
console.log(`median ${(median(fresh) / 1000).toFixed(2)} s (aim < 4 s)`);

const playing = await start();
await new Promise((wake) => setTimeout(wake, PLAY_MS));
const memory = treeMemory(playing.pid);
console.log(
  `after ${PLAY_MS / 1000} s of play, ${memory.processCount} processes: RSS ${mb(memory.rssBytes)}, ` +
    `of which shared pages counted once ${mb(memory.pssBytes)} (aim < 500 MB)`,
);
await playing.stop();

interface Run {
  readonly pid: number;
  readonly readyMs: number;
  stop(): Promise<void>;
}

async function start(): Promise<Run> {
  const dataDir = mkdtempSync(join(tmpdir(), "ghost-bench-"));
  const flags = [
    "--data-dir",
    dataDir,
    "--rpc-port",
    "0",
    "--api-port",
    "0",
    "--gateway-port",
    "0",
  ];
  const startedMs = performance.now();
  const child = spawn("npm", ["start", "--", ...flags], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "inherit"],
    detached: true,
  });
  await readyLine(child);
  const readyMs = performance.now() - startedMs;
  const pid = child.pid ?? 0;
  const stop = async () => {
    const exited = new Promise((done) => child.once("exit", done));
    process.kill(-pid, "SIGINT");
    await exited;
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
  };
  return { pid, readyMs, stop };
}

function readyLine(child: ChildProcess): Promise<void> {
  let said = "";
  return new Promise((resolve, reject) => {
    child.stdout?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      if (/^ready/m.test(said)) resolve();
    });
    child.once("exit", (code) => reject(new Error(`npm start ended with ${code}:\n${said}`)));
  });
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function mb(bytes: number): string {
  return `${Math.round(bytes / MB)} MB`;
}
