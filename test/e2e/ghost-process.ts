import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const GHOST = resolve(import.meta.dirname, "../../apps/ghost/bin/ghost.mjs");
const START_TIMEOUT_MS = 60_000;

export interface Network {
  readonly chainId: number;
  readonly rpcUrl: string;
  readonly wsUrl: string;
  readonly gatewayUrl: string;
  readonly contracts: Readonly<
    Record<"GhostCore" | "DataToken" | "TraceScan", { address: `0x${string}` }>
  >;
}

/** `ghost up` as a user runs it, on free ports and a directory of its own. */
export class GhostProcess {
  readonly child: ChildProcess;
  readonly apiUrl: string;
  readonly network: Network;
  readonly output: () => string;

  private constructor(child: ChildProcess, apiUrl: string, network: Network, output: () => string) {
    this.child = child;
    this.apiUrl = apiUrl;
    this.network = network;
    this.output = output;
  }

  /** Resolves once it has printed a line that begins with `ready`. */
  static async start(
    flags: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ): Promise<GhostProcess> {
    const ports = ["--rpc-port", "0", "--api-port", "0", "--gateway-port", "0"];
    const child = spawn(process.execPath, [GHOST, "up", ...ports, ...flags], {
      env: { ...cleanEnvironment(), ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const said = listen(child);
    await until(() => /^ready/m.test(said()), child, said);
    const apiUrl = /page\s+(http:\S+)/.exec(said())?.[1] ?? "";
    const network = (await (await fetch(`${apiUrl}/network`)).json()) as Network;
    return new GhostProcess(child, apiUrl, network, said);
  }

  /** Ends the process with `signal` and resolves with how long that took and its exit code. */
  async end(signal: NodeJS.Signals): Promise<{ durationMs: number; exitCode: number | null }> {
    const startedMs = performance.now();
    await endChild(this.child, signal);
    return { durationMs: performance.now() - startedMs, exitCode: this.child.exitCode };
  }
}

/** Any other long-lived `ghost COMMAND`. */
export class GhostCommandProcess {
  readonly child: ChildProcess;
  readonly #said: () => string;

  private constructor(child: ChildProcess, said: () => string) {
    this.child = child;
    this.#said = said;
  }

  /** Resolves once it has printed a line that begins with `ready`. */
  static async start(
    command: string,
    flags: readonly string[],
    environment: Readonly<Record<string, string>>,
    workingDirectory: string,
  ): Promise<GhostCommandProcess> {
    const child = spawn(process.execPath, [GHOST, command, ...flags], {
      env: { ...cleanEnvironment(), ...environment },
      stdio: ["ignore", "pipe", "pipe"],
      cwd: workingDirectory,
    });
    const said = listen(child);
    await until(() => /^ready/m.test(said()), child, said);
    return new GhostCommandProcess(child, said);
  }

  /** What it printed behind `name`. */
  printed(name: string): string {
    return new RegExp(`^ +${name} +(\\S+)`, "m").exec(this.#said())?.[1] ?? "";
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    await endChild(this.child, signal);
  }
}

/** Runs `ghost` to its end, for commands that are expected to fail. */
export async function runGhost(
  arguments_: readonly string[],
): Promise<{ exitCode: number | null; output: string }> {
  const child = spawn(process.execPath, [GHOST, ...arguments_], {
    env: cleanEnvironment(),
    stdio: ["ignore", "pipe", "pipe"],
    timeout: START_TIMEOUT_MS,
  });
  const output = listen(child);
  await new Promise((done) => child.once("close", done));
  return { exitCode: child.exitCode, output: output() };
}

export function temporaryDirectory(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), "ghost-e2e-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }) };
}

/** Polls `probe` until it answers something truthy. */
export async function eventually<T>(
  what: string,
  probe: () => T | undefined | Promise<T | undefined>,
  timeoutMs = 20_000,
): Promise<T> {
  const untilMs = performance.now() + timeoutMs;
  for (;;) {
    const found = await probe();
    if (found) return found;
    if (performance.now() > untilMs) throw new Error(`waited ${timeoutMs} ms in vain for ${what}`);
    await new Promise((wake) => setTimeout(wake, 50));
  }
}

/** All it says from now on. */
function listen(child: ChildProcess): () => string {
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
  }
  return () => said;
}

async function endChild(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((done) => child.once("exit", done));
  child.kill(signal);
  await exited;
}

async function until(done: () => boolean, child: ChildProcess, said: () => string): Promise<void> {
  const untilMs = performance.now() + START_TIMEOUT_MS;
  while (!done()) {
    if (child.exitCode !== null) throw new Error(`ghost ended with ${child.exitCode}:\n${said()}`);
    if (performance.now() > untilMs) {
      child.kill("SIGKILL");
      throw new Error(`ghost was not ready in ${START_TIMEOUT_MS} ms:\n${said()}`);
    }
    await new Promise((wake) => setTimeout(wake, 20));
  }
}

/** What decides where `ghost` stores and listens must come from the test alone. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const { DATABASE_URL: _database, REDIS_URL: _redis, RPC_URL: _rpc, ...rest } = process.env;
  return rest;
}
