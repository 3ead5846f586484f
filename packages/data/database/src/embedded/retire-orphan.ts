import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const TIMEOUT_MS = 15_000;
const POLL_MS = 10;

/**
 * A process killed by -9 leaves its PostgreSQL running: asks it for a fast shutdown and waits until it is
 * gone. Only for who holds the data directory, or it would stop a living one.
 *
 * After a reboot, or in another container, the number in `postmaster.pid` may be anybody's. That process is left
 * alone, and the file is taken away, because PostgreSQL would refuse to start beside it.
 */
export async function retireOrphan(cluster: string): Promise<void> {
  const pidFile = join(cluster, "postmaster.pid");
  const untilMs = Date.now() + TIMEOUT_MS;
  while (existsSync(pidFile) && Date.now() < untilMs) {
    const pid = Number(readFileSync(pidFile, "utf8").split("\n")[0]);
    if (!isPostgresOf(cluster, pid)) {
      rmSync(pidFile, { force: true });
      return;
    }
    interrupt(pid);
    await sleep(POLL_MS);
  }
}

function isPostgresOf(cluster: string, pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 1) return false;
  const command = commandOf(pid);
  return command.includes("postgres") && command.includes(cluster);
}

/** The arguments a process was started with; empty when there is no such process. */
function commandOf(pid: number): string {
  try {
    return process.platform === "linux"
      ? readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")
      : execFileSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8" });
  } catch {
    return "";
  }
}

function interrupt(pid: number): void {
  try {
    process.kill(pid, "SIGINT");
  } catch {
    // it has just ended
  }
}
