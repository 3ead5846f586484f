import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { playHonestly, type Typist } from "../../test/support/human-typist.ts";
import { judgeTyping, type TypingClaim } from "./judge-typing.ts";
import { TYPING_COMMANDS } from "./typing-commands.ts";

const NOW_MS = Date.UTC(2026, 10, 20, 12);
const COMMAND = "ssh -L 8080:localhost:80 ghost@darknet.relay -N";
const SKILLED: Typist = { seed: 7, wpm: 76, unevenness: 0.5, mistakes: 0.06, corrected: 0.5 };

const typists = fc.record({
  seed: fc.nat(),
  wpm: fc.integer({ min: 15, max: 150 }),
  unevenness: fc.double({ min: 0.35, max: 0.9, noNaN: true }),
  mistakes: fc.double({ min: 0, max: 0.4, noNaN: true }),
  corrected: fc.double({ min: 0, max: 1, noNaN: true }),
});
const commands = fc.constantFrom(...TYPING_COMMANDS);

/** The challenge was given a moment before the game began. */
function judge(claim: TypingClaim, command = claim.command, sinceMs = claim.duration + 1_500) {
  return judgeTyping(claim, { command, issuedAtMs: NOW_MS - sinceMs }, NOW_MS);
}

function codeOf(claim: TypingClaim, command?: string, sinceMs?: number): string {
  const verdict = judge(claim, command, sinceMs);
  return verdict.verdict === "honest" ? "honest" : verdict.fault.code;
}

const honest = (typist: Partial<Typist> = {}) =>
  playHonestly(COMMAND, { ...SKILLED, ...typist }, NOW_MS);

describe("judgeTyping", () => {
  it("believes honest players of any speed, evenness and accuracy", () => {
    fc.assert(
      fc.property(commands, typists, (command, typist) => {
        const claim = playHonestly(command, typist, NOW_MS);
        const verdict = judge(claim);
        expect(verdict).toMatchObject({ verdict: "honest" });
        expect(Math.abs(verdict.score.accuracy - claim.accuracy)).toBeLessThanOrEqual(0.0051);
        expect(Math.abs(verdict.score.wpm - typist.wpm)).toBeLessThan(0.6);
      }),
      { numRuns: 2_000 },
    );
  });

  it("believes a clock that is a little off, and times that count from anywhere", () => {
    for (const offMs of [-299_000, -10_000, 0, 4_999])
      expect(codeOf({ ...honest(), timestamp: NOW_MS + offMs })).toBe("honest");
    const claim = honest();
    const keystrokes = claim.keystrokes.map(({ key, atMs }) => ({ key, atMs: atMs + NOW_MS }));
    expect(codeOf({ ...claim, keystrokes })).toBe("honest");
  });

  it("has a verdict on anything that a request may hold, and believes none of it that is made up", () => {
    const number = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer());
    const stroke = fc.record({ key: fc.string({ maxLength: 9 }), atMs: number });
    const claims = fc.record({
      ...{ accuracy: number, wpm: number, duration: number },
      ...{ command: fc.constantFrom(COMMAND, ""), timestamp: fc.constantFrom(NOW_MS, 0, 1e308) },
      keystrokes: fc.array(stroke, { maxLength: 60 }),
    });
    fc.assert(
      fc.property(claims, (claim) => {
        const verdict = judge(claim, COMMAND, 60_000);
        expect(verdict.verdict).toBe("refused");
        expect(verdict.score.accuracy).toBeGreaterThanOrEqual(0);
        expect(verdict.score.accuracy).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("takes no notice of keys that type nothing", () => {
    const claim = honest();
    const keystrokes = claim.keystrokes.flatMap((stroke) => [{ ...stroke, key: "Shift" }, stroke]);
    const all = [...keystrokes, { key: "Enter", atMs: claim.duration + 900 }];
    expect(judge({ ...claim, keystrokes: all })).toEqual(judge(claim));
  });
});

describe("an attack on the typing game:", () => {
  it("forged WPM, at any amount beyond what rounding explains", () => {
    fc.assert(
      fc.property(
        typists,
        fc.double({ min: 1.02, max: 3, noNaN: true }),
        fc.boolean(),
        (typist, factor, faster) => {
          const claim = honest(typist);
          const wpm = faster ? claim.wpm * factor + 0.5 : claim.wpm / factor - 0.5;
          expect(codeOf({ ...claim, wpm })).toMatch(/CLAIM_MISMATCH|WPM_IMPLAUSIBLE/);
        },
      ),
    );
    expect(codeOf({ ...honest(), wpm: 120 })).toBe("TYPING_CLAIM_MISMATCH");
    expect(codeOf({ ...honest(), wpm: 201 })).toBe("TYPING_WPM_IMPLAUSIBLE");
    expect(codeOf({ ...honest(), wpm: 9 })).toBe("TYPING_WPM_IMPLAUSIBLE");
  });

  it("forged WPM by squeezing the timeline into a speed no person has", () => {
    const claim = honest({ wpm: 100 });
    const squeezed = claim.keystrokes.map(({ key, atMs }) => ({ key, atMs: atMs / 3 }));
    const forged = { ...claim, keystrokes: squeezed, duration: claim.duration / 3, wpm: 300 };
    expect(codeOf(forged)).toBe("TYPING_WPM_IMPLAUSIBLE");
    expect(codeOf({ ...forged, wpm: 150 })).toBe("TYPING_WPM_IMPLAUSIBLE");
    const atOnce = claim.keystrokes.map(({ key }) => ({ key, atMs: 0 }));
    expect(codeOf({ ...claim, keystrokes: atOnce })).toBe("TYPING_WPM_IMPLAUSIBLE");
  });

  it("forged accuracy", () => {
    fc.assert(
      fc.property(typists, fc.double({ min: 0.02, max: 1, noNaN: true }), (typist, more) => {
        const claim = honest(typist);
        const forged = { ...claim, accuracy: Math.min(1, claim.accuracy + more) };
        fc.pre(forged.accuracy > claim.accuracy + 0.0199);
        expect(codeOf(forged)).toBe("TYPING_CLAIM_MISMATCH");
      }),
    );
  });

  it("a perfect accuracy by typing right characters over and over", () => {
    const claim = honest({ mistakes: 0.3, corrected: 0 });
    let atMs = claim.duration;
    const padding = Array.from({ length: 400 }, (_, index) => {
      atMs += 40 + (index % 7) * 11;
      return { key: index % 2 === 0 ? "Backspace" : "N", atMs };
    });
    const { score } = judge({ ...claim, keystrokes: [...claim.keystrokes, ...padding] });
    expect(score.accuracy).toBeLessThanOrEqual(judge(claim).score.accuracy);
  });

  it("a command that is easier than the one that was given", () => {
    const easy = playHonestly("ls", SKILLED, NOW_MS);
    expect(codeOf(easy, COMMAND)).not.toBe("honest");
    const claim = honest();
    expect(codeOf({ ...claim, command: "ls -la /tmp" }, COMMAND)).toBe("TYPING_CLAIM_MISMATCH");
  });
});

describe("an attack on the typing game, by its times:", () => {
  it("zero-variance timing", () => {
    fc.assert(
      fc.property(commands, fc.integer({ min: 70, max: 600 }), (command, everyMs) => {
        expect(codeOf(evenly(command, () => everyMs))).toBe("TYPING_MACHINE_LIKE");
      }),
    );
  });

  it("machine-like timing: a jitter of up to a tenth, a repeated pattern, a few pauses", () => {
    fc.assert(
      fc.property(
        commands,
        fc.integer({ min: 80, max: 500 }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 80, maxLength: 80 }),
        (command, everyMs, dice) => {
          const jittered = (index: number) => everyMs * (0.9 + 0.2 * (dice[index] ?? 0));
          expect(codeOf(evenly(command, jittered))).toBe("TYPING_MACHINE_LIKE");
          const paused = (index: number) => everyMs * (index % 13 === 5 ? 4 : 1);
          expect(codeOf(evenly(command, paused))).toBe("TYPING_MACHINE_LIKE");
        },
      ),
    );
    const pattern = [80, 250, 120, 400, 95];
    expect(codeOf(evenly(COMMAND, (index) => pattern[index % 5] ?? 0))).toBe("TYPING_MACHINE_LIKE");
  });

  it("clock skew: a timestamp from the past or the future", () => {
    const at = (offMs: number) => codeOf({ ...honest(), timestamp: NOW_MS + offMs });
    expect(at(-300_001)).toBe("TYPING_TIMESTAMP_OLD");
    expect(at(5_001)).toBe("TYPING_TIMESTAMP_FUTURE");
    expect(at(-86_400_000)).toBe("TYPING_TIMESTAMP_OLD");
    expect(at(86_400_000)).toBe("TYPING_TIMESTAMP_FUTURE");
  });

  it("a timeline made up at once: longer than the challenge has been known", () => {
    const claim = honest({ wpm: 20 });
    expect(codeOf(claim, COMMAND, 300)).toBe("TYPING_DURATION_MISMATCH");
    expect(codeOf(claim, COMMAND, claim.duration)).toBe("honest");
  });

  it("a duration that the timeline does not bear out", () => {
    const claim = honest();
    expect(codeOf({ ...claim, duration: claim.duration + 5_001 })).toBe("TYPING_DURATION_MISMATCH");
    expect(codeOf({ ...claim, duration: Math.max(0, claim.duration - 5_001) })).toBe(
      "TYPING_DURATION_MISMATCH",
    );
    expect(codeOf({ ...claim, duration: claim.duration + 4_999 })).toBe("honest");
  });

  it("a timeline that runs backwards, or is none", () => {
    const claim = honest();
    const keystrokes = claim.keystrokes.toSpliced(9, 1, { key: "x", atMs: 1 });
    expect(codeOf({ ...claim, keystrokes })).toBe("TYPING_TIMELINE_INVALID");
    for (const few of [[], claim.keystrokes.slice(0, 1)])
      expect(codeOf({ ...claim, keystrokes: few })).toBe("TYPING_TIMELINE_INVALID");
  });
});

/** Typed without a mistake, each key so long after the one before it. */
function evenly(command: string, interval: (index: number) => number): TypingClaim {
  let atMs = 0;
  const keystrokes = [...command].map((key, index) => {
    if (index > 0) atMs += interval(index);
    return { key, atMs };
  });
  const wpm = (command.length * 12_000) / atMs;
  return { command, keystrokes, duration: atMs, wpm, accuracy: 1, timestamp: NOW_MS };
}
