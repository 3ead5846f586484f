import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "@ghostchain/service";
import { BARE_ENV } from "./cluster.ts";
import type { RunAs } from "./run-as.ts";

/** Small, quick to answer, and as durable as PostgreSQL is by default. */
const SETTINGS = {
  listen_addresses: "",
  max_connections: 60,
  shared_buffers: "64MB",
  // Compiling short statements costs more than running them.
  jit: "off",
  io_method: "sync",
  max_parallel_workers_per_gather: 0,
  max_wal_size: "512MB",
  log_min_messages: "warning",
};

const LOG_LINES_KEPT = 20;
const STOP_TIMEOUT_MS = 10_000;

/** One run of the bundled server. It ends when told to, or on its own, which `exited` tells. */
export class PostgresProcess {
  readonly exited: Promise<void>;
  readonly #child: ChildProcess;
  readonly #log: string[] = [];
  readonly #onExit = () => this.#child.kill("SIGINT");

  constructor(
    deps: { logger: Logger },
    binary: string,
    cluster: string,
    sockets: string,
    as: RunAs,
  ) {
    const settings = { ...SETTINGS, unix_socket_directories: sockets };
    const flags = Object.entries(settings).flatMap(([key, value]) => ["-c", `${key}=${value}`]);
    const [file, args] = as.command(binary, ["-D", cluster, ...flags]);
    this.#child = spawn(file, args, {
      ...as.owner,
      cwd: cluster,
      env: BARE_ENV,
      // A group of its own: Ctrl-C in a terminal is for us, who then stop it in order.
      detached: true,
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.exited = new Promise((resolve) => {
      this.#child.once("exit", () => resolve());
      this.#child.once("error", (error) => {
        this.#log.push(error.message);
        resolve();
      });
    });
    this.#child.stderr?.on("data", (data: Buffer) => this.#keep(data.toString(), deps.logger));
    process.once("exit", this.#onExit);
    void this.exited.then(() => process.off("exit", this.#onExit));
  }

  /** What it said last, for a person who wonders why it ended. */
  get lastWords(): string {
    return this.#log.join("\n");
  }

  /** Ends every session and checkpoints; after ten seconds it is killed, and recovers at its next start. */
  async stop(): Promise<void> {
    this.#child.kill("SIGINT");
    const patience = new AbortController();
    const late = sleep(STOP_TIMEOUT_MS, "late", { signal: patience.signal }).catch(() => "stopped");
    const ended = await Promise.race([this.exited, late]);
    patience.abort();
    if (ended === "late") this.#child.kill("SIGKILL");
    await this.exited;
  }

  #keep(text: string, logger: Logger): void {
    for (const line of text.split("\n").filter((entry) => entry.trim() !== "")) {
      logger.debug({ line }, "PostgreSQL says");
      this.#log.push(line);
      if (this.#log.length > LOG_LINES_KEPT) this.#log.shift();
    }
  }
}
