import type { JobContext } from "@ghostchain/product";
import { createSilentLogger, FakeClock } from "@ghostchain/service";
import { describe, expect, it } from "vitest";
import { createScanWarnings } from "./scan-warnings.ts";

const START_MS = 1_800_000_000_000;

/** A job run once a second over levels whose next scans are at the given seconds from the start. */
async function warnings(
  forSeconds: number,
  levels: readonly { level: number; scanAtSeconds: number; interval: number }[],
) {
  const clock = new FakeClock(START_MS);
  const told: { atSeconds: number; message: object; topics: readonly string[] }[] = [];
  const rows = levels.map(({ level, scanAtSeconds, interval }) => ({
    level,
    next_scan_at: new Date(START_MS + scanAtSeconds * 1_000),
    scan_interval_seconds: interval,
  }));
  const job = createScanWarnings();
  const context: JobContext = {
    clock,
    logger: createSilentLogger(),
    signal: new AbortController().signal,
    sql: { query: async () => rows as never[], copy: async () => {} },
    broadcast: async (message, topics) => {
      told.push({ atSeconds: (clock.now() - START_MS) / 1_000, message, topics });
    },
  };
  for (let second = 0; second < forSeconds; second++) {
    await job.run(context);
    await clock.advance(1_000);
  }
  return told;
}

describe("createScanWarnings", () => {
  it("warns once, a minute before the scan", async () => {
    const told = await warnings(130, [{ level: 5, scanAtSeconds: 100, interval: 1_800 }]);
    expect(told).toEqual([
      {
        atSeconds: 40,
        message: { type: "SCAN_WARNING", level: "BLACK_ICE", secondsUntil: 60 },
        topics: ["feed", "level:BLACK_ICE"],
      },
    ]);
  });

  it("warns at half of a short interval", async () => {
    const told = await warnings(30, [{ level: 4, scanAtSeconds: 20, interval: 20 }]);
    expect(told).toMatchObject([{ atSeconds: 10, message: { secondsUntil: 10 } }]);
  });

  it("says how much time is left when it comes late, and nothing once the scan is due", async () => {
    expect(await warnings(1, [{ level: 3, scanAtSeconds: 7, interval: 28_800 }])).toMatchObject([
      { message: { level: "SUBNET", secondsUntil: 7 } },
    ]);
    expect(await warnings(5, [{ level: 3, scanAtSeconds: 0, interval: 28_800 }])).toEqual([]);
  });

  it("knows levels apart", async () => {
    const told = await warnings(90, [
      { level: 4, scanAtSeconds: 70, interval: 7_200 },
      { level: 2, scanAtSeconds: 80, interval: 86_400 },
    ]);
    expect(told.map(({ atSeconds }) => atSeconds)).toEqual([10, 20]);
  });
});
