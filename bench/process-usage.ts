import { globSync, readFileSync } from "node:fs";

const TICKS_PER_SECOND = 100;

export interface Usage {
  /** User and system time of all threads, in microseconds */
  readonly cpuMicros: number;
  readonly rssBytes: number;
}

/** What Linux says of one process. */
export function usageOf(pid: number): Usage {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = Number(fields[11]) + Number(fields[12]);
  return { cpuMicros: (ticks / TICKS_PER_SECOND) * 1e6, rssBytes: residentBytes(pid) };
}

export interface TreeMemory {
  /** Resident set sizes added up: pages that processes share count once for each. */
  readonly rssBytes: number;
  /** Proportional set sizes added up: shared pages count once. */
  readonly pssBytes: number;
  readonly processCount: number;
}

/** Memory of a process and of all that it started. */
export function treeMemory(pid: number): TreeMemory {
  const pids = [pid, ...descendants(pid)];
  const sum = (measure: (pid: number) => number) =>
    pids.reduce((all, one) => all + measure(one), 0);
  return {
    rssBytes: sum(residentBytes),
    pssBytes: sum(proportionalBytes),
    processCount: pids.length,
  };
}

function descendants(pid: number): number[] {
  return globSync(`/proc/${pid}/task/*/children`).flatMap((file) =>
    readFileSync(file, "utf8")
      .split(" ")
      .filter((text) => text !== "")
      .map(Number)
      .flatMap((child) => [child, ...descendants(child)]),
  );
}

function residentBytes(pid: number): number {
  return kilobytes(readFileSync(`/proc/${pid}/status`, "utf8"), /VmRSS:\s+(\d+)/);
}

function proportionalBytes(pid: number): number {
  try {
    return kilobytes(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"), /\nPss:\s+(\d+)/);
  } catch {
    return 0;
  }
}

function kilobytes(text: string, pattern: RegExp): number {
  return Number(pattern.exec(text)?.[1] ?? 0) * 1024;
}
