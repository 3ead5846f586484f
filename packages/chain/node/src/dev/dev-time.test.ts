import { describe, expect, it } from "vitest";
import { DevTime } from "./dev-time.ts";

describe("DevTime", () => {
  it("is the world's time until moved, and runs on from where it was moved to", () => {
    const time = new DevTime();
    expect(time.at(5_000)).toBe(5_000);
    expect(time.increase(60n)).toBe(60n);
    expect(time.increase(5n)).toBe(65n);
    expect(time.at(5_000)).toBe(70_000);
    time.set(1_000n, 5_000);
    expect(time.at(6_000)).toBe(1_001_000);
  });

  it("tells one block its timestamp and goes on from there", () => {
    const time = new DevTime();
    time.setNext(500n);
    expect(time.toldTimestamp(100n)).toBe(500n);
    time.blockMade(10_000);
    expect(time.toldTimestamp(500n)).toBeUndefined();
    expect(time.at(12_000)).toBe(502_000);
  });

  it("keeps blocks at an interval, whatever the clock says", () => {
    const time = new DevTime();
    time.setInterval(12n);
    expect(time.toldTimestamp(100n)).toBe(112n);
    time.blockMade(0);
    expect(time.toldTimestamp(112n)).toBe(124n);
    time.setInterval(undefined);
    expect(time.toldTimestamp(124n)).toBeUndefined();
  });

  it("goes back to where it was saved", () => {
    const time = new DevTime();
    time.increase(7n);
    const saved = time.save();
    time.increase(100n);
    time.setNext(9_999n);
    time.restore(saved);
    expect(time.at(0)).toBe(7_000);
    expect(time.toldTimestamp(0n)).toBeUndefined();
  });
});
