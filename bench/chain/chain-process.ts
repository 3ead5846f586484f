import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export interface ChainProcess {
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Ours: durable, on a fresh directory. */
export async function startGhost(blockTimeMs: number): Promise<ChainProcess> {
  const directory = mkdtempSync(join(tmpdir(), "ghost-bench-"));
  const script = join(import.meta.dirname, "ghost-node.ts");
  const chain = await start(process.execPath, [script, directory, `${blockTimeMs}`]);
  return {
    ...chain,
    async stop() {
      await chain.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** The peer: in memory, which is all it has. */
export function startAnvil(blockTimeMs: number): Promise<ChainProcess> {
  return launchAnvil(["--block-time", `${blockTimeMs / 1_000}`]);
}

/** The same, but it mines each transaction at once. */
export function startInstantAnvil(): Promise<ChainProcess> {
  return launchAnvil([]);
}

function launchAnvil(flags: readonly string[]): Promise<ChainProcess> {
  const arch = process.arch === "x64" ? "amd64" : process.arch;
  const require = createRequire(import.meta.url);
  const manifest = require.resolve(`@foundry-rs/anvil-${process.platform}-${arch}/package.json`);
  const binary = join(dirname(manifest), "bin/anvil");
  return start(binary, ["--port", "0", "--quiet", ...flags], true);
}

async function start(
  command: string,
  flags: readonly string[],
  isQuiet = false,
): Promise<ChainProcess> {
  // anvil only names its port when it is not quiet, and its log costs it time when it is not read
  const port = isQuiet ? await freePort() : undefined;
  const arguments_ =
    port === undefined ? flags : flags.map((flag) => (flag === "0" ? `${port}` : flag));
  const child = spawn(command, arguments_, { stdio: ["ignore", "pipe", "inherit"] });
  const found = port ?? (await announcedPort(child));
  if (port !== undefined) await answers(port);
  return {
    port: found,
    pid: child.pid ?? 0,
    async stop() {
      const exited = new Promise((done) => child.once("exit", done));
      child.kill("SIGINT");
      await exited;
    },
  };
}

function announcedPort(child: ChildProcess): Promise<number> {
  let said = "";
  return new Promise((resolve, reject) => {
    child.stdout?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      const found = /listening on 127\.0\.0\.1:(\d+)/.exec(said)?.[1];
      if (found) resolve(Number(found));
    });
    child.once("exit", (code) => reject(new Error(`it ended with ${code}:\n${said}`)));
  });
}

async function freePort(): Promise<number> {
  const { createServer } = await import("node:net");
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === "object" && address ? address.port : 0;
}

async function answers(port: number): Promise<void> {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] });
  const request = { method: "POST", headers: { "content-type": "application/json" }, body };
  for (let attempt = 0; attempt < 200; attempt++) {
    const answer = await fetch(`http://127.0.0.1:${port}`, request).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((wake) => setTimeout(wake, 50));
  }
  throw new Error(`nothing answers on port ${port}`);
}
