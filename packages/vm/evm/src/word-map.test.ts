import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { WordMap } from "./word-map.ts";

const anyWord = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }),
  fc.bigInt({ min: 0n, max: 5n }),
);

describe("WordMap", () => {
  it("does what a Map does", () => {
    const anyStep = fc.tuple(fc.constantFrom("set", "delete"), anyWord, fc.nat());
    fc.assert(
      fc.property(fc.array(anyStep), (steps) => {
        const words = new WordMap<number>();
        const model = new Map<bigint, number>();
        for (const [kind, word, value] of steps) {
          if (kind === "set") {
            words.set(word, value);
            model.set(word, value);
          } else {
            expect(words.delete(word)).toBe(model.delete(word));
          }
          expect(words.get(word)).toBe(model.get(word));
          expect(words.has(word)).toBe(model.has(word));
        }
        expect([...words]).toEqual([...model]);
        expect([...words.keys()]).toEqual([...model.keys()]);
        expect([...words.values()]).toEqual([...model.values()]);
        expect(words.size).toBe(model.size);
        const visited: [bigint, number][] = [];
        words.forEach((value, word) => {
          visited.push([word, value]);
        });
        expect(visited).toEqual([...model]);
      }),
    );
  });

  it("stays quick with words that a Map would put into one bucket", () => {
    const words = new WordMap<number>();
    const startedMs = performance.now();
    // A Map takes most of a minute for these.
    for (let index = 0n; index < 100_000n; index++) words.set(index << 64n, 0);
    expect(performance.now() - startedMs).toBeLessThan(10_000);
    expect(words.size).toBe(100_000);
  });
});
