import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MessageJoiner, splitMessage } from "./notify-payload.ts";

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 50 }),
  fc
    .tuple(fc.string({ unit: "binary", minLength: 1, maxLength: 40 }), fc.nat({ max: 2_000 }))
    .map(([part, times]) => part.repeat(times)),
);

describe("splitMessage and MessageJoiner", () => {
  it("carry any text, in parts that PostgreSQL takes", () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 4 }), (messages) => {
        const joiner = new MessageJoiner();
        const payloads = messages.flatMap((message, index) => splitMessage(message, "a1", index));
        for (const payload of payloads) {
          expect(Buffer.byteLength(payload)).toBeLessThan(8_000);
          expect(payload).not.toContain("\0");
        }
        const joined = payloads.map((payload) => joiner.push(payload));
        const whole = joined.flatMap((one) => (typeof one === "object" ? [one.message] : []));
        expect(whole).toEqual(messages);
        expect(joined).not.toContain("malformed");
      }),
      { numRuns: 200 },
    );
  });

  it("drop a message of which a part is missing, and take the next", () => {
    const payloads = splitMessage("x".repeat(30_000), "a1", 1);
    expect(payloads.length).toBeGreaterThan(3);
    for (let missing = 0; missing < payloads.length; missing += 1) {
      const joiner = new MessageJoiner();
      const given = payloads.filter((_, index) => index !== missing);
      expect(given.map((payload) => joiner.push(payload)).filter(isMessage)).toEqual([]);
      const next = splitMessage("y".repeat(9_000), "a1", 2);
      expect(next.map((payload) => joiner.push(payload)).filter(isMessage)).toHaveLength(1);
    }
  });

  it.each([
    "",
    "hello",
    "a1 1 0 1 x|text",
    "a1 1 1 2 t|second",
    'a1 1 0 1 j|{"a":1}',
    "a1 1 0 1 j|{",
  ])("refuse %j, which no bus wrote", (payload) => {
    expect(new MessageJoiner().push(payload)).toBe("malformed");
  });
});

function isMessage(one: unknown): boolean {
  return typeof one === "object";
}
