import { FakeClock } from "@ghostchain/service";
import { describe, expect, it } from "vitest";
import { FreshAnswers } from "./fresh-answers.ts";

/** Counts what is read; each read takes `tookMs` and fails while `broken`. */
function setUp({ size = 3, tookMs = 0 } = {}) {
  const clock = new FakeClock(1_000_000);
  const answers = new FreshAnswers<number>(clock, size);
  const state = { reads: 0, broken: false };
  const ask = (key = "a") =>
    answers.get(key, async () => {
      if (tookMs > 0) await clock.sleep(tookMs);
      if (state.broken) throw new Error("away");
      state.reads += 1;
      return state.reads;
    });
  return { clock, state, ask };
}

describe("FreshAnswers", () => {
  it("reads once for all who ask within a second", async () => {
    const { clock, ask } = setUp();
    expect(await Promise.all([ask(), ask(), ask()])).toEqual([1, 1, 1]);
    await clock.advance(999);
    expect(await ask()).toBe(1);
    expect(await ask("b")).toBe(2);
  });

  it("gives the old answer while it reads anew, but not one that is too old", async () => {
    const { clock, ask } = setUp();
    await ask();
    await clock.advance(1_500);
    expect(await ask()).toBe(1);
    await clock.advance(1);
    expect(await ask()).toBe(2);
    await clock.advance(2_001);
    expect(await ask()).toBe(3);
  });

  it("reads less often what takes longer", async () => {
    const { clock, ask } = setUp({ tookMs: 500 });
    const first = ask();
    await clock.advance(500);
    expect(await first).toBe(1);
    await clock.advance(1_400);
    expect(await ask()).toBe(1);
    await clock.advance(200);
    expect(await ask()).toBe(1);
    await clock.advance(500);
    expect(await ask()).toBe(2);
  });

  it("outlives a read that fails, and says so to those who had to wait for it", async () => {
    const { clock, state, ask } = setUp();
    await ask();
    state.broken = true;
    await clock.advance(1_500);
    expect(await ask()).toBe(1);
    await clock.advance(1_500);
    await expect(ask()).rejects.toThrow("away");
    state.broken = false;
    expect(await ask()).toBe(2);
  });

  it("keeps only so many", async () => {
    const { ask } = setUp({ size: 2 });
    for (const key of ["a", "b", "c"]) await ask(key);
    expect(await ask("c")).toBe(3);
    expect(await ask("a")).toBe(4);
  });
});
