import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** anvil's binary as npm carries it for this platform, or undefined where it does not. */
export function findAnvil(): string | undefined {
  const arch = { x64: "amd64", arm64: "arm64" }[process.arch as string];
  try {
    const require = createRequire(import.meta.url);
    const manifest = require.resolve(`@foundry-rs/anvil-${process.platform}-${arch}/package.json`);
    return join(dirname(manifest), "bin", "anvil");
  } catch {
    return undefined;
  }
}

export interface Anvil {
  readonly url: string;
  /** @throws {Error} with the method and what anvil says of it */
  call<T = unknown>(method: string, ...params: unknown[]): Promise<T>;
  /** Idempotent; a chain that was stopped is gone. */
  stop(): Promise<void>;
}

/** A chain of its own on `port`, or one that is free; without flags, with a block for every transaction. */
export async function startAnvil(
  binary: string,
  flags: readonly string[] = [],
  port = 0,
): Promise<Anvil> {
  const child = spawn(binary, ["--port", String(port), ...flags], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = new Promise<void>((done) => child.once("exit", () => done()));
  let said = "";
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      const port = /Listening on 127\.0\.0\.1:(\d+)/.exec(said)?.[1];
      if (!port) return;
      resolve(`http://127.0.0.1:${port}`);
      // it writes a line for each request: read on, but keep none of it
      child.stdout.removeAllListeners("data").resume();
    });
    child.once("exit", (code) => reject(new Error(`anvil ended with ${code}:\n${said}`)));
  });
  return {
    url,
    call: (method, ...params) => call(url, method, params),
    async stop() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

async function call<T>(url: string, method: string, params: readonly unknown[]): Promise<T> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
  });
  const { result, error } = (await response.json()) as {
    result?: T;
    error?: { message: string };
  };
  if (error) throw new Error(`${method}: ${error.message}`);
  return result as T;
}
