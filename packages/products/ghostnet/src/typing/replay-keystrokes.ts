export interface Keystroke {
  /** As `KeyboardEvent.key` names it: a character, or `Backspace`; other keys change nothing. */
  readonly key: string;
  /** Milliseconds since any moment: only differences count. */
  readonly atMs: number;
}

/** What typing a command came to. */
export interface TypedText {
  /** Positions of the command that hold the right character in the end. */
  readonly hits: number;
  /** Characters that were wrong when they were typed, corrected or not, and positions without any in the end. */
  readonly misses: number;
  /** Characters in the end, right or wrong. */
  readonly length: number;
  /** Times of the keys that typed or erased, in order. */
  readonly times: readonly number[];
}

const BACKSPACE = "Backspace";
const CHARACTERS_A_WORD = 5;
const MINUTE_MS = 60_000;

/** Types `keystrokes` into an empty line beneath `command`. */
export function replayKeystrokes(command: string, keystrokes: readonly Keystroke[]): TypedText {
  const expected = [...command];
  const typed: string[] = [];
  const times: number[] = [];
  let mistakes = 0;
  for (const { key, atMs } of keystrokes) {
    if (key === BACKSPACE) typed.pop();
    else if ([...key].length !== 1) continue;
    else {
      if (expected[typed.length] !== key) mistakes += 1;
      typed.push(key);
    }
    times.push(atMs);
  }
  const hits = expected.filter((character, index) => typed[index] === character).length;
  const missing = Math.max(0, expected.length - typed.length);
  return { hits, misses: mistakes + missing, length: typed.length, times };
}

/** 0 to 1. A mistake counts though it was corrected, so only a flawless game is 1. */
export function accuracyOf({ hits, misses }: TypedText): number {
  return hits + misses === 0 ? 0 : hits / (hits + misses);
}

/** From the first key to the last. */
export function durationMsOf({ times }: TypedText): number {
  return (times.at(-1) ?? 0) - (times[0] ?? 0);
}

/** Words of five characters a minute, of what stands in the end. */
export function wordsPerMinute(typed: TypedText): number {
  const durationMs = durationMsOf(typed);
  return durationMs <= 0
    ? Number.POSITIVE_INFINITY
    : ((typed.length / CHARACTERS_A_WORD) * MINUTE_MS) / durationMs;
}
