import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RequestGate } from "./request-gate.ts";

const STAY = new AbortController().signal;

describe("RequestGate", () => {
  it("lets no more through than it has places, whoever leaves, and loses none", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(3), fc.boolean()), { maxLength: 30 }),
        fc.integer({ min: 1, max: 4 }),
        async (visitors, places) => {
          const gate = new RequestGate(places, 1_000);
          let most = 0;
          const all = visitors.map(async ([turns, leaves]) => {
            const leaving = new AbortController();
            const passed = gate.pass(async () => {
              most = Math.max(most, gate.inside);
              for (let turn = 0; turn < turns; turn++) await null;
              return "passed";
            }, leaving.signal);
            if (leaves) leaving.abort(new Error("left"));
            return passed.catch((error: Error) => error.message);
          });
          const ends = await Promise.all(all);
          expect(most).toBeLessThanOrEqual(places);
          expect(gate.inside).toBe(0);
          expect(gate.waiting).toBe(0);
          for (const [index, end] of ends.entries()) {
            if (!visitors[index]?.[1]) expect(end).toBe("passed");
          }
        },
      ),
    );
  });

  it("refuses those for whom there is no room to wait", async () => {
    const gate = new RequestGate(1, 1);
    let free = () => {};
    const first = gate.pass(
      () =>
        new Promise<void>((resolve) => {
          free = resolve;
        }),
      STAY,
    );
    const second = gate.pass(async () => {}, STAY);
    await expect(gate.pass(async () => {}, STAY)).rejects.toMatchObject({
      code: "RPC_PROXY_LIMIT_EXCEEDED",
    });
    free();
    await Promise.all([first, second]);
  });
});
