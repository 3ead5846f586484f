import { createRandom } from "../../src/dev/random.ts";
import type { TypingClaim } from "../../src/typing/judge-typing.ts";
import type { Keystroke } from "../../src/typing/replay-keystrokes.ts";

export interface Typist {
  readonly seed: number;
  readonly wpm: number;
  /** How uneven: the standard deviation of the intervals' logarithm; of people 0.35 and more. */
  readonly unevenness: number;
  /** Of all characters, how many are first typed wrong, and how many of those are then corrected. */
  readonly mistakes: number;
  readonly corrected: number;
}

/** A game as a person plays it, and as an honest page counts and rounds it. `doneAtMs` is when it was done. */
export function playHonestly(command: string, typist: Typist, doneAtMs: number): TypingClaim {
  const random = createRandom(typist.seed);
  const keys: string[] = [];
  let wrong = 0;
  let left = 0;
  for (const character of command) {
    if (random() >= typist.mistakes) {
      keys.push(character);
      continue;
    }
    wrong += 1;
    keys.push(character === "#" ? "~" : "#");
    if (random() < typist.corrected) keys.push("Backspace", character);
    else left += 1;
  }
  const duration = Math.round((command.length * 12_000) / typist.wpm);
  const times = spread(keys.length, duration, typist.unevenness, random);
  const right = command.length - left;
  return {
    command,
    duration,
    accuracy: Math.round((100 * right) / (right + wrong)) / 100,
    wpm: Math.round((command.length * 12_000) / duration),
    timestamp: doneAtMs,
    keystrokes: keys.map((key, index): Keystroke => ({ key, atMs: times[index] ?? 0 })),
  };
}

/** `count` times from 0 to `durationMs`, apart by lognormal intervals, in whole milliseconds. */
function spread(
  count: number,
  durationMs: number,
  unevenness: number,
  random: () => number,
): number[] {
  const intervals = Array.from({ length: count - 1 }, () => Math.exp(unevenness * normal(random)));
  const scale = durationMs / intervals.reduce((sum, interval) => sum + interval, 0);
  let atMs = 0;
  return [
    0,
    ...intervals.map((interval) => {
      atMs += interval * scale;
      return Math.round(atMs);
    }),
  ];
}

/** Box and Muller's. */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
