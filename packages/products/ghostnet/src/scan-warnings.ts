import type { JobContext, ProductJob } from "@ghostchain/product";
import { levelName } from "./level.ts";

const EVERY_MS = 1_000;
const WARNING_MS = 60_000;
/** On a dev chain scans are seconds apart: then half of the interval is warning enough. */
const WARNING_PART = 2;

/** Tells everyone who watches a level that its scan is near, once a scan. */
export function createScanWarnings(): ProductJob {
  const warnedAt = new Map<number, number>();
  return {
    name: "scan-warnings",
    everyMs: EVERY_MS,
    async run({ sql, clock, broadcast }: JobContext) {
      const due = await sql.query<{
        level: number;
        next_scan_at: Date;
        scan_interval_seconds: number;
      }>(
        `SELECT level, next_scan_at, scan_interval_seconds FROM ghostnet.levels
         WHERE players > 0 AND next_scan_at IS NOT NULL`,
        [],
      );
      for (const { level, next_scan_at, scan_interval_seconds } of due) {
        const scanAtMs = next_scan_at.getTime();
        const leftMs = scanAtMs - clock.now();
        const warningMs = Math.min(WARNING_MS, (scan_interval_seconds * 1_000) / WARNING_PART);
        if (leftMs <= 0 || leftMs > warningMs || warnedAt.get(level) === scanAtMs) continue;
        warnedAt.set(level, scanAtMs);
        const name = levelName(level);
        const secondsUntil = Math.ceil(leftMs / 1_000);
        await broadcast({ type: "SCAN_WARNING", level: name, secondsUntil }, [
          "feed",
          `level:${name}`,
        ]);
      }
    },
  };
}
