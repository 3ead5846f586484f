import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { RateLimits } from "../../src/rate-limits.ts";

/** What every implementation promises of slots. */
export function describeSlots(name: string, both: () => readonly [RateLimits, RateLimits]): void {
  const slotsOf = (budget: string, rule: { limit: number; ttlMs?: number }) => {
    const [one, other] = both();
    return [one.slots(budget, rule), other.slots(budget, rule)] as const;
  };

  describe(`${name}: slots`, () => {
    it("gives a user as many as the rule says, and each user by itself", async () => {
      const [one, other] = slotsOf("count", { limit: 3 });
      expect(await one.take("ann", "1")).toBe(true);
      expect(await other.take("ann", "2")).toBe(true);
      expect(await one.take("ann", "3")).toBe(true);
      expect(await other.take("ann", "4")).toBe(false);
      expect(await other.take("bob", "4")).toBe(true);
    });

    it("gives the same slot again without counting it twice", async () => {
      const [one, other] = slotsOf("again", { limit: 1 });
      expect(await one.take("ann", "1")).toBe(true);
      expect(await other.take("ann", "1")).toBe(true);
      expect(await one.take("ann", "2")).toBe(false);
    });

    it("has room for another once one is released, in whichever process", async () => {
      const [one, other] = slotsOf("release", { limit: 1 });
      await one.take("ann", "1");
      await other.release("ann", "never taken");
      expect(await other.take("ann", "2")).toBe(false);
      await one.release("ann", "1");
      await one.release("ann", "1");
      expect(await other.take("ann", "2")).toBe(true);
    });

    it("gives exactly as many as the rule says to parallel takes", async () => {
      const slots = slotsOf("slot-race", { limit: 5 });
      for (const user of ["ann", "bob", "cal"]) {
        const taken = await Promise.all(
          Array.from({ length: 24 }, (_, index) => slots[index % 2 ? 1 : 0].take(user, `${index}`)),
        );
        expect(taken.filter(Boolean)).toHaveLength(5);
      }
    });

    it("frees the slots of a process that was killed when their time is over", async () => {
      const [killed, other] = slotsOf("killed", { limit: 2, ttlMs: 300 });
      await killed.take("ann", "1");
      await killed.take("ann", "2");
      expect(await other.take("ann", "3")).toBe(false);
      await sleep(350);
      expect(await other.take("ann", "3")).toBe(true);
    });

    it("keeps a slot that is renewed, and gives a lost one back if there is room", async () => {
      const [one, other] = slotsOf("renew", { limit: 1, ttlMs: 600 });
      await one.take("ann", "1");
      for (let turn = 0; turn < 4; turn += 1) {
        await sleep(200);
        expect(await one.renew("ann", "1")).toBe(true);
      }
      expect(await other.take("ann", "2")).toBe(false);
      await sleep(650);
      expect(await one.renew("ann", "1")).toBe(true);
      await sleep(650);
      expect(await other.take("ann", "2")).toBe(true);
      expect(await one.renew("ann", "1")).toBe(false);
    });
  });
}
