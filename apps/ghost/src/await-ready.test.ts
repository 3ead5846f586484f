import { FakeClock, Health } from "@ghostchain/service";
import { describe, expect, it } from "vitest";
import { awaitReady } from "./await-ready.ts";

describe("awaitReady", () => {
  it("says nothing of what is soon over", async () => {
    const { clock, health, told, ready } = begin();
    await clock.advance(900);
    health.set("indexer", "ready");
    await clock.advance(100);
    expect(await Promise.race([ready, "waits"])).toBeUndefined();
    expect(told).toEqual([]);
  });

  it("tells how far the rest is, each time it got further, every two seconds at most", async () => {
    const { clock, health, told } = begin();
    for (let block = 1; block <= 50; block += 1) {
      health.set("indexer", "starting", `block ${block} of 50`);
      await clock.advance(100);
    }
    await clock.advance(60_000);
    expect(told).toEqual([
      "indexer: block 10 of 50",
      "indexer: block 30 of 50",
      "indexer: block 50 of 50",
    ]);
  });

  it("ends when it is interrupted", async () => {
    const { ready, interrupt } = begin();
    interrupt.abort(new Error("interrupted"));
    await expect(ready).rejects.toThrow("interrupted");
  });
});

function begin() {
  const clock = new FakeClock();
  const health = new Health();
  health.set("api", "ready");
  health.set("indexer", "starting");
  const told: string[] = [];
  const interrupt = new AbortController();
  const ready = awaitReady({ health, clock }, (line) => told.push(line), interrupt.signal);
  ready.catch(() => {});
  return { clock, health, told, ready, interrupt };
}
