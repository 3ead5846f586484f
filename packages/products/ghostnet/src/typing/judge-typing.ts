import type { JudgedFault } from "../ghostnet-error.ts";
import { isMachineRhythm } from "./machine-rhythm.ts";
import {
  accuracyOf,
  durationMsOf,
  type Keystroke,
  replayKeystrokes,
  type TypedText,
  wordsPerMinute,
} from "./replay-keystrokes.ts";

/** A game as the client tells it. */
export interface TypingClaim {
  /** 0 to 1 */
  readonly accuracy: number;
  readonly wpm: number;
  readonly command: string;
  /** The client's clock when it was done, in milliseconds since the Unix epoch. */
  readonly timestamp: number;
  /** Milliseconds from the first key to the last. */
  readonly duration: number;
  readonly keystrokes: readonly Keystroke[];
}

export interface TypingScore {
  readonly accuracy: number;
  readonly wpm: number;
  readonly durationMs: number;
}

export type TypingVerdict =
  | { readonly verdict: "honest"; readonly score: TypingScore }
  | { readonly verdict: "refused"; readonly fault: JudgedFault; readonly score: TypingScore };

const TIMESTAMP_AGE_MAX_MS = 5 * 60_000;
/** How far a client's clock may be ahead. */
const CLOCK_SKEW_MS = 5_000;
/** How far the clocks of our own processes may be apart. */
const OWN_SKEW_MS = 1_000;
const WPM_MIN = 10;
const WPM_MAX = 200;
const DURATION_SLACK_MS = 5_000;
const CLAIM_SLACK = 0.01;
/** A claim may be rounded: the accuracy to whole per cents, the speed to whole words. */
const ACCURACY_ROUNDING = 0.005;
const WPM_ROUNDING = 0.5;

/** What the keystrokes come to, and whether the rest of what the client tells agrees with them. */
export function judgeTyping(
  claim: TypingClaim,
  challenge: { readonly command: string; readonly issuedAtMs: number },
  nowMs: number,
): TypingVerdict {
  const typed = replayKeystrokes(challenge.command, claim.keystrokes);
  const score = {
    accuracy: accuracyOf(typed),
    wpm: wordsPerMinute(typed),
    durationMs: durationMsOf(typed),
  };
  const fault =
    faultOfTimestamp(claim.timestamp, nowMs) ??
    faultOfTimeline(typed) ??
    faultOfSpeed(claim.wpm, score.wpm) ??
    faultOfDuration(claim.duration, score.durationMs, nowMs - challenge.issuedAtMs) ??
    faultOfClaim(claim, challenge.command, score) ??
    (isMachineRhythm(typed.times) ? MACHINE_LIKE : undefined);
  return fault === undefined ? { verdict: "honest", score } : { verdict: "refused", fault, score };
}

const REFUSED = { status: 422 } as const;
const MACHINE_LIKE = { code: "TYPING_MACHINE_LIKE", ...REFUSED } as const;

function faultOfTimestamp(timestamp: number, nowMs: number): JudgedFault | undefined {
  const offMs = timestamp - nowMs;
  if (offMs > CLOCK_SKEW_MS) return { code: "TYPING_TIMESTAMP_FUTURE", ...REFUSED, offMs };
  if (offMs < -TIMESTAMP_AGE_MAX_MS) return { code: "TYPING_TIMESTAMP_OLD", ...REFUSED, offMs };
  return undefined;
}

function faultOfTimeline({ times }: TypedText): JudgedFault | undefined {
  const fault = { code: "TYPING_TIMELINE_INVALID", ...REFUSED } as const;
  if (times.length < 2) return { ...fault, reason: "there are fewer than two keystrokes" };
  const falls = times.some((time, index) => time < (times[index - 1] ?? time));
  return falls ? { ...fault, reason: "keystrokes are not in the order of their times" } : undefined;
}

function faultOfSpeed(...speeds: readonly number[]): JudgedFault | undefined {
  const wpm = speeds.find((speed) => speed < WPM_MIN || speed > WPM_MAX);
  return wpm === undefined ? undefined : { code: "TYPING_WPM_IMPLAUSIBLE", ...REFUSED, wpm };
}

/** The game can also not have taken longer than the challenge has been known. */
function faultOfDuration(
  claimedMs: number,
  foundMs: number,
  sinceChallengeMs: number,
): JudgedFault | undefined {
  const agrees = Math.abs(claimedMs - foundMs) <= DURATION_SLACK_MS;
  if (agrees && foundMs <= sinceChallengeMs + OWN_SKEW_MS) return undefined;
  return { code: "TYPING_DURATION_MISMATCH", ...REFUSED, foundMs };
}

function faultOfClaim(
  claim: TypingClaim,
  command: string,
  score: TypingScore,
): JudgedFault | undefined {
  const fault = { code: "TYPING_CLAIM_MISMATCH", ...REFUSED } as const;
  if (claim.command !== command) return { ...fault, field: "command" };
  if (differs(claim.accuracy, score.accuracy, ACCURACY_ROUNDING)) {
    return { ...fault, field: "accuracy" };
  }
  if (differs(claim.wpm, score.wpm, WPM_ROUNDING)) return { ...fault, field: "wpm" };
  return undefined;
}

function differs(claimed: number, found: number, rounding: number): boolean {
  // a hair more: 0.945 rounded to 0.95 is 0.005 away, or 0.00500000000000000444
  return Math.abs(claimed - found) > Math.max(CLAIM_SLACK * found, rounding) + 1e-9;
}
