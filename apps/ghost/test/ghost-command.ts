import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const GHOST = resolve(import.meta.dirname, "../bin/ghost.mjs");
const READY_TIMEOUT_MS = 60_000;

/** `ghost up` as somebody types it, on free ports and a data directory of its own. */
export class GhostCommand {
  readonly directory = mkdtempSync(join(tmpdir(), "ghost-command-"));
  readonly exited: Promise<number | null>;
  readonly #child: ChildProcess;
  output = "";

  /** @param workingDirectory - where `ghost.config.ts` is looked for */
  constructor(
    flags: readonly string[],
    environment: Readonly<Record<string, string>> = {},
    workingDirectory?: string,
  ) {
    const ports = ["--rpc-port=0", "--api-port=0", "--gateway-port=0"];
    const place = ["--data-dir", this.directory];
    this.#child = spawn(process.execPath, [GHOST, "up", ...ports, ...place, ...flags], {
      env: { ...process.env, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
      cwd: workingDirectory,
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        this.output += chunk.toString();
      });
    }
    this.exited = new Promise((done) => this.#child.once("close", (code) => done(code)));
  }

  async ready(): Promise<void> {
    const untilMs = performance.now() + READY_TIMEOUT_MS;
    while (!/^ready/m.test(this.output)) {
      if (this.#child.exitCode !== null || performance.now() > untilMs) {
        throw new Error(`ghost did not become ready:\n${this.output}`);
      }
      await new Promise((wake) => setTimeout(wake, 20));
    }
  }

  /** What it printed behind `name`. */
  printed(name: string): string {
    return new RegExp(`^ +${name} +(\\S+)`, "m").exec(this.output)?.[1] ?? "";
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  async remove(): Promise<void> {
    this.signal("SIGKILL");
    await this.exited;
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 5 });
  }
}
