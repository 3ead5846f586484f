import { FakeClock } from "@ghostchain/service";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AnswerCache, isKnown } from "./answer-cache.ts";

const FOREVER = Number.POSITIVE_INFINITY;

function setUp(sizeMaxBytes?: number) {
  const clock = new FakeClock(1_000_000);
  const from: string[] = [];
  const observer = { answered: (source: string) => from.push(source) };
  return { clock, from, cache: new AnswerCache({ clock, observer }, sizeMaxBytes) };
}

describe("AnswerCache", () => {
  it("gives an answer for the version it was made for, and no other", async () => {
    const { cache, from } = setUp();
    const made = await cache.make("/a", "1", async () => "one");
    expect(cache.find("/a", "1", FOREVER)).toBe(made);
    expect(cache.find("/a", "2", FOREVER)).toBeUndefined();
    expect(cache.find("/b", "1", FOREVER)).toBeUndefined();
    expect(from).toEqual(["data", "cache"]);
  });

  it("gives nothing that is too old, nor anything from the future of a clock that was set back", async () => {
    const { cache, clock } = setUp();
    await cache.make("/a", "1", async () => "one");
    await clock.advance(999);
    expect(cache.find("/a", "1", 1_000)?.body).toBe("one");
    await clock.advance(1);
    expect(cache.find("/a", "1", 1_000)).toBeUndefined();
    expect(cache.find("/a", "1", FOREVER)?.body).toBe("one");
  });

  it("counts the age from when the answer began to be read", async () => {
    const { cache, clock } = setUp();
    const made = cache.make("/a", "1", async () => {
      await clock.sleep(700);
      return "one";
    });
    await clock.advance(700);
    await made;
    await clock.advance(400);
    expect(cache.find("/a", "1", 1_000)).toBeUndefined();
  });

  it("makes an answer once for all who ask at the same time, but not for those of another version", async () => {
    const { cache } = setUp();
    let writes = 0;
    const write = async () => `${++writes}`;
    const [a, b, other] = await Promise.all([
      cache.make("/a", "1", write),
      cache.make("/a", "1", write),
      cache.make("/a", "2", write),
    ]);
    expect([a.body, b.body, other.body]).toEqual(["1", "1", "2"]);
  });

  it("keeps no answer that failed", async () => {
    const { cache } = setUp();
    const broken = cache.make("/a", "1", () => Promise.reject(new Error("away")));
    await expect(broken).rejects.toThrow("away");
    expect(cache.find("/a", "1", FOREVER)).toBeUndefined();
    expect((await cache.make("/a", "1", async () => "one")).body).toBe("one");
  });

  it("never holds more than it may, and lets go first of what was asked for longest ago", async () => {
    const entry = fc.record({ key: fc.nat({ max: 30 }), chars: fc.nat({ max: 3_000 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { maxLength: 60 }), async (entries) => {
        const { cache } = setUp(8_000);
        for (const { key, chars } of entries) {
          await cache.make(`/${key}`, "1", async () => "x".repeat(chars));
          expect(cache.sizeBytes).toBeLessThanOrEqual(8_000);
        }
        const last = entries.at(-1);
        if (last) expect(cache.find(`/${last.key}`, "1", FOREVER)?.body.length).toBe(last.chars);
      }),
    );
    const { cache } = setUp(2_000);
    for (const key of ["/a", "/b", "/c"]) await cache.make(key, "1", async () => "x".repeat(100));
    cache.find("/a", "1", FOREVER);
    await cache.make("/d", "1", async () => "x".repeat(100));
    expect(["/a", "/b", "/c", "/d"].filter((key) => cache.find(key, "1", FOREVER))).toEqual([
      ...["/a", "/c", "/d"],
    ]);
  });

  it("answers what is larger than a kept answer may be, without keeping it", async () => {
    const { cache } = setUp();
    const large = "x".repeat(600_000);
    expect((await cache.make("/a", "1", async () => large)).body).toBe(large);
    expect(cache.find("/a", "1", FOREVER)).toBeUndefined();
    expect(cache.sizeBytes).toBe(0);
  });
});

describe("isKnown", () => {
  it.each([
    [undefined, false],
    ['"a"', true],
    ['W/"a"', true],
    ['"b", W/"a"', true],
    ["*", true],
    ['"ab"', false],
    ["a", false],
    ["", false],
  ])("If-None-Match: %s", (header, known) => {
    expect(isKnown('"a"', header)).toBe(known);
  });
});
