import { spawn } from "node:child_process";
import { join } from "node:path";

/** A process that runs `body` with this package's exports; its files cannot grow beyond the limit, if any. */
export function runChild(body: string, { fileLimitKib }: { fileLimitKib?: number } = {}) {
  const entry = JSON.stringify(join(import.meta.dirname, "../../src/index.ts"));
  const source = `import { openLmdb, openSegmentLog } from ${entry};\n${body}`;
  const limit = fileLimitKib === undefined ? "" : `ulimit -f ${fileLimitKib * 2} && `;
  const node = [process.execPath, "--input-type=module", "-e", source];
  return spawn("sh", ["-c", `${limit}exec "$@"`, "sh", ...node], {
    stdio: ["ignore", "pipe", fileLimitKib === undefined ? "inherit" : "ignore"],
  });
}

export async function outputOf(child: ReturnType<typeof runChild>): Promise<string> {
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  await new Promise((resolve) => child.once("close", resolve));
  return output;
}

/** All that a child printed until it was killed, `runMs` after it had printed first. */
export async function outputUntilKilled(body: string, runMs: number): Promise<string> {
  const child = runChild(body);
  child.stdout.once("data", () => setTimeout(() => child.kill("SIGKILL"), runMs));
  return outputOf(child);
}
