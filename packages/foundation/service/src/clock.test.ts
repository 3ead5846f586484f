import { describe, expect, it } from "vitest";
import { FakeClock, systemClock } from "./clock.ts";

describe("FakeClock", () => {
  it("wakes sleepers in the order they are due", async () => {
    const clock = new FakeClock(1_000);
    const woken: number[] = [];
    for (const ms of [30, 10, 20]) void clock.sleep(ms).then(() => woken.push(ms));
    await clock.advance(25);
    expect(woken).toEqual([10, 20]);
    expect(clock.now()).toBe(1_025);
    await clock.advance(5);
    expect(woken).toEqual([10, 20, 30]);
  });

  it("wakes a sleeper that another one started, within the same advance", async () => {
    const clock = new FakeClock();
    let ticks = 0;
    const loop = async () => {
      for (;;) {
        await clock.sleep(10);
        ticks += 1;
      }
    };
    void loop();
    await clock.advance(35);
    expect(ticks).toBe(3);
  });

  it("rejects a sleep that is aborted", async () => {
    const abort = new AbortController();
    const sleeping = new FakeClock().sleep(1_000, abort.signal);
    abort.abort(new Error("stop"));
    await expect(sleeping).rejects.toThrow("stop");
  });
});

describe("systemClock", () => {
  it("rejects a sleep that is aborted", async () => {
    const abort = new AbortController();
    const sleeping = systemClock.sleep(60_000, abort.signal);
    abort.abort();
    await expect(sleeping).rejects.toThrow();
  });
});
