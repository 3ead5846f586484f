import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);

/** anvil's binary as npm carries it for this platform, or undefined where it does not. */
export function findAnvil(): string | undefined {
  const arch = process.arch === "x64" ? "amd64" : process.arch;
  try {
    const name = `@foundry-rs/anvil-${process.platform}-${arch}/package.json`;
    return join(dirname(require.resolve(name)), "bin", "anvil");
  } catch {
    return undefined;
  }
}

export interface Anvil {
  readonly url: string;
  call(method: string, ...params: unknown[]): Promise<unknown>;
  stop(): Promise<void>;
}

/** A chain of its own on a free port, with a block for every transaction. */
export async function startAnvil(binary: string): Promise<Anvil> {
  const child = spawn(binary, ["--port", "0"], { stdio: ["ignore", "pipe", "inherit"] });
  const exited = new Promise<void>((done) => child.once("exit", () => done()));
  let said = "";
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      const port = /Listening on 127\.0\.0\.1:(\d+)/.exec(said)?.[1];
      if (port) resolve(`http://127.0.0.1:${port}`);
    });
    void exited.then(() => reject(new Error(`anvil ended:\n${said}`)));
  });
  return {
    url,
    async call(method, ...params) {
      const response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
      });
      const answer = (await response.json()) as { result?: unknown; error?: { message: string } };
      if (answer.error) throw new Error(`${method}: ${answer.error.message}`);
      return answer.result;
    },
    async stop() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}
