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

/** anvil on a free port; without flags, with a block for every transaction. */
export async function startAnvil(
  binary: string,
  flags: readonly string[] = [],
): Promise<{ url: string; stop: () => Promise<void> }> {
  const child = spawn(binary, ["--port", "0", ...flags], { stdio: ["ignore", "pipe", "pipe"] });
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
  const exited = new Promise<void>((done) => child.once("exit", () => done()));
  return {
    url,
    stop: async () => {
      child.kill("SIGKILL");
      await exited;
    },
  };
}
