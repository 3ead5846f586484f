import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RateAnswer } from "../../src/rate-limit.ts";
import type { RateLimits } from "../../src/rate-limits.ts";
import { describeSlots } from "./connection-slots-contract.ts";

export interface OpenedLimits {
  /** As in two processes that share one store; one that cannot be shared is there twice. */
  readonly both: readonly [RateLimits, RateLimits];
  close(): Promise<void>;
}

/** What every implementation promises. Shared stores have clocks of their own, so windows are short and time is real. */
export function describeRateLimits(name: string, open: () => Promise<OpenedLimits>): void {
  let opened: OpenedLimits;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened.close());

  describeBudgets(name, () => opened.both);
  describeWindows(name, () => opened.both);
  describeNames(name, () => opened.both[0]);
  describeSlots(name, () => opened.both);
}

function describeBudgets(name: string, both: () => OpenedLimits["both"]): void {
  describe(`${name}: budgets`, () => {
    it("counts what remains, and each key and each budget by itself", async () => {
      const rule = { limit: 10, windowMs: 60_000 };
      const budget = both()[0].budget("remaining", rule);
      expect(await budget.take("a")).toEqual(answer({ remaining: 9 }));
      await Promise.all(Array.from({ length: 12 }, () => budget.take("a")));
      const refused = await budget.take("a");
      expect(refused).toMatchObject({ allowed: false, limit: 10, remaining: 0 });
      expect(refused.retryAfterMs).toBeGreaterThan(50_000);
      expect(refused.retryAfterMs).toBeLessThanOrEqual(65_000);
      expect(await budget.take("b")).toEqual(answer({ remaining: 9 }));
      const other = both()[0].budget("remaining-2", rule);
      expect(await other.take("a")).toEqual(answer({ remaining: 9 }));
    });

    it("allows exactly the limit of parallel requests, over two instances", async () => {
      const budgets = both().map((one) => one.budget("race", { limit: 37, windowMs: 60_000 }));
      const answers: RateAnswer[] = [];
      for (let round = 0; round < 5; round += 1) {
        const takes = budgets.flatMap((one) => Array.from({ length: 20 }, () => one.take("a")));
        answers.push(...(await Promise.all(takes)));
      }
      const allowed = answers.filter((one) => one.allowed);
      expect(allowed).toHaveLength(37);
      expect(allowed.map(({ remaining }) => remaining).sort((a, b) => b - a)).toEqual(
        Array.from({ length: 37 }, (_, index) => 36 - index),
      );
    });

    it("takes any key", async () => {
      const budget = both()[0].budget("keys", { limit: 1, windowMs: 60_000 });
      const keys = [
        "",
        "'; DROP TABLE x; --",
        "a\0b",
        "a\\b{}",
        "\ud800",
        "☃",
        "x".repeat(100_000),
      ];
      for (const key of keys) {
        expect(await budget.take(key)).toMatchObject({ allowed: true });
        expect(await budget.take(key)).toMatchObject({ allowed: false });
      }
    });
  });
}

function describeWindows(name: string, both: () => OpenedLimits["both"]): void {
  describe(`${name}: windows`, () => {
    it("lets no burst through at the edge of a window, wherever the window begins", async () => {
      const rule = { limit: 5, windowMs: 300 };
      const budgets = both().map((one) => one.budget("edge", rule));
      const allowed: { sentAtMs: number; doneAtMs: number }[] = [];
      const untilMs = performance.now() + 1_500;
      for (let turn = 0; performance.now() < untilMs; turn += 1) {
        const sentAtMs = performance.now();
        const taken = await budgets[turn % 2]?.take("a");
        if (taken?.allowed) allowed.push({ sentAtMs, doneAtMs: performance.now() });
        await sleep(turn % 7);
      }
      // It was counted between being sent and being answered; less than this apart would be too many for sure.
      for (const [index, first] of allowed.entries()) {
        const last = allowed[index + rule.limit];
        if (last) expect(last.doneAtMs - first.sentAtMs).toBeGreaterThanOrEqual(rule.windowMs);
      }
      expect(allowed.length).toBeGreaterThanOrEqual(2 * rule.limit);
    });

    it("counts what was taken at any time within the window", async () => {
      const rule = { limit: 3, windowMs: 1_000 };
      const [one, other] = both().map((limits) => limits.budget("within", rule));
      const ages = [0, 0.15, 0.3, 0.45, 0.6, 0.75, 0.9];
      const late = await Promise.all(
        ages.map(async (age) => {
          const startedAtMs = performance.now();
          for (let turn = 0; turn < rule.limit; turn += 1) {
            expect(await one?.take(`${age}`)).toMatchObject({ allowed: true });
          }
          await sleep(age * rule.windowMs);
          const taken = await other?.take(`${age}`);
          const isWithin = performance.now() - startedAtMs < rule.windowMs;
          return isWithin && taken?.allowed ? age : undefined;
        }),
      );
      expect(late.filter((age) => age !== undefined)).toEqual([]);
    });

    it("says truly when to come back", async () => {
      const rule = { limit: 3, windowMs: 240 };
      const budget = both()[0].budget("return", rule);
      for (let round = 0; round < 4; round += 1) {
        for (let taken = await budget.take("a"); ; taken = await budget.take("a")) {
          if (taken.allowed) continue;
          expect(taken.retryAfterMs).toBeLessThanOrEqual((rule.windowMs * 13) / 12);
          // a timer may ring a millisecond early
          await sleep(taken.retryAfterMs + 2);
          expect(await both()[1].budget("return", rule).take("a")).toMatchObject({
            allowed: true,
          });
          break;
        }
      }
    });
  });
}

function describeNames(name: string, limits: () => RateLimits): void {
  describe(`${name}: names`, () => {
    it("are one budget for whoever names the same rule, and refused with another", () => {
      const budget = limits().budget("shared", { limit: 1, windowMs: 1000 });
      expect(limits().budget("shared", { windowMs: 1000, limit: 1 })).toBe(budget);
      expect(() => limits().budget("shared", { limit: 2, windowMs: 1000 })).toThrow(
        expect.objectContaining({ code: "RATE_LIMIT_NAME_TAKEN" }),
      );
    });

    it.each([
      ["a b", { limit: 1, windowMs: 1000 }],
      ["", { limit: 1, windowMs: 1000 }],
      ["zero", { limit: 0, windowMs: 1000 }],
      ["half", { limit: 1.5, windowMs: 1000 }],
      ["never", { limit: 1, windowMs: Number.NaN }],
      ["short", { limit: 1, windowMs: 0 }],
    ])("are refused with a rule that makes no sense: %j %o", (word, rule) => {
      expect(() => limits().budget(word, rule)).toThrow(
        expect.objectContaining({ code: "RATE_LIMIT_RULE_INVALID" }),
      );
    });
  });
}

function answer(changed: Partial<RateAnswer>): RateAnswer {
  return { allowed: true, limit: 10, remaining: 0, retryAfterMs: 0, ...changed };
}
