import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const GHOST = resolve(import.meta.dirname, "../apps/ghost/bin/ghost.mjs");

export interface GhostUp {
  readonly pid: number;
  readonly network: {
    readonly rpcUrl: string;
    readonly gatewayUrl: string;
    readonly contracts: Readonly<Record<"GhostCore" | "DataToken", { address: string }>>;
  };
  stop(): Promise<void>;
}

/** `ghost up` on free ports and a fresh directory, once it is ready. */
export async function startGhostUp(flags: readonly string[]): Promise<GhostUp> {
  const directory = mkdtempSync(join(tmpdir(), "ghost-bench-"));
  const ports = ["--rpc-port", "0", "--api-port", "0", "--gateway-port", "0"];
  const arguments_ = [GHOST, "up", "--data-dir", directory, ...ports, ...flags];
  const child = spawn(process.execPath, arguments_, { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  await new Promise<void>((ready, reject) => {
    child.stdout.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      if (/^ready/m.test(said)) ready();
    });
    child.once("exit", (code) => reject(new Error(`ghost ended with ${code}:\n${said}`)));
  });
  const apiUrl = /page\s+(http:\S+)/.exec(said)?.[1] ?? "";
  const network = (await (await fetch(`${apiUrl}/network`)).json()) as GhostUp["network"];
  return {
    pid: child.pid ?? 0,
    network,
    async stop() {
      const exited = new Promise((done) => child.once("exit", done));
      child.kill("SIGINT");
      await exited;
      rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
