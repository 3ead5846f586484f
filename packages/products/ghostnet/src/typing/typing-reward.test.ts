import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accuracyOf, replayKeystrokes } from "./replay-keystrokes.ts";
import { TYPING_COMMANDS } from "./typing-commands.ts";
import { rewardBps } from "./typing-reward.ts";

describe("rewardBps", () => {
  it.each([
    [0.4999, 200, 0],
    [0.5, 60, 500],
    [0.6999, 60, 500],
    [0.7, 60, 1_000],
    [0.85, 60, 1_500],
    [0.94, 150, 1_500],
    [0.95, 80, 2_000],
    [0.95, 80.1, 2_500],
    [0.95, 100, 2_500],
    [0.95, 100.1, 3_000],
    [1, 80, 2_500],
    [1, 81, 3_000],
    [1, 101, 3_500],
  ])("for accuracy %d at %d words a minute is %i", (accuracy, wpm, bps) => {
    expect(rewardBps({ accuracy, wpm })).toBe(bps);
  });

  it("is at most 3500, and never less for being better", () => {
    const accuracy = fc.double({ min: 0, max: 1, noNaN: true });
    const wpm = fc.double({ min: 10, max: 200, noNaN: true });
    fc.assert(
      fc.property(accuracy, accuracy, wpm, wpm, (a, b, v, w) => {
        const worse = rewardBps({ accuracy: Math.min(a, b), wpm: Math.min(v, w) });
        const better = rewardBps({ accuracy: Math.max(a, b), wpm: Math.max(v, w) });
        expect(worse).toBeLessThanOrEqual(better);
        expect(better).toBeLessThanOrEqual(3_500);
      }),
    );
  });
});

describe("replayKeystrokes", () => {
  const accuracy = (command: string, keys: readonly string[]) =>
    accuracyOf(
      replayKeystrokes(
        command,
        keys.map((key) => ({ key, atMs: 0 })),
      ),
    );
  const B = "Backspace";

  it.each([
    ["abcd", ["a", "b", "c", "d"], 1],
    ["abcd", ["a", "b", "c", "x"], 3 / 4],
    ["abcd", ["a", "b", "c", "x", B, "d"], 4 / 5],
    ["abcd", ["a", "b"], 2 / 4],
    ["abcd", ["a", "b", "c", "d", "e"], 4 / 5],
    ["abcd", ["a", "b", "c", "d", B], 3 / 4],
    ["abcd", [B, B, "a", B, "a", "b", "c", "d"], 1],
    ["abcd", ["b", "c", "d"], 0],
    ["abcd", [], 0],
  ])("of %s from %j is %d", (command, keys, expected) => {
    expect(accuracy(command, keys)).toBe(expected);
  });
});

describe("the commands", () => {
  it("are many, distinct, and can be typed on any keyboard", () => {
    expect(new Set(TYPING_COMMANDS).size).toBe(TYPING_COMMANDS.length);
    expect(TYPING_COMMANDS.length).toBeGreaterThanOrEqual(40);
    for (const command of TYPING_COMMANDS) {
      expect(command).toMatch(/^[!-~]+( [!-~]+)*$/);
      expect(command.length).toBeGreaterThanOrEqual(25);
      expect(command.length).toBeLessThanOrEqual(80);
    }
  });
});
