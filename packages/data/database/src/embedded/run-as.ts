import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** How to run a program that refuses to be root. */
export interface RunAs {
  /** The program and its arguments as they must be spawned. */
  command(file: string, args: readonly string[]): readonly [string, string[]];
  /** Who owns what it writes, when that is not ourselves. */
  readonly owner?: { readonly uid: number; readonly gid: number };
}

/**
 * PostgreSQL refuses root. As root we run it in a user namespace where we are somebody else, so that its files
 * stay ours and it works below `/root`; where namespaces are forbidden (Docker's default seccomp profile), as
 * `nobody`, who exists everywhere.
 */
export function runAs(): RunAs {
  if (process.getuid?.() !== 0) return { command: (file, args) => [file, [...args]] };
  if (spawnSync("unshare", [...NAMESPACE, "true"]).status === 0)
    return { command: (file, args) => ["unshare", [...NAMESPACE, file, ...args]] };
  return { command: (file, args) => [file, [...args]], owner: nobody() };
}

const NAMESPACE = ["--user", "--map-user=1000", "--map-group=1000", "--"];

function nobody(): { uid: number; gid: number } {
  const line = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .find((entry) => entry.startsWith("nobody:"));
  const [, , uid = "65534", gid = "65534"] = line?.split(":") ?? [];
  return { uid: Number(uid), gid: Number(gid) };
}
