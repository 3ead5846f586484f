import { compareBytes } from "@ghostchain/encoding";
import { array, assert, asyncProperty, boolean, nat, option, record, uint8Array } from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { KeyChange, KeyRange, KeyValue } from "../src/index.ts";

/** What every `KeyValue` must do, whatever it is made of. `open` gives an empty store each time. */
export function describeKeyValue(name: string, open: () => KeyValue): void {
  describe(`${name} as a KeyValue`, () => {
    let store: KeyValue;
    beforeEach(() => {
      store = open();
    });
    afterEach(() => store.close());

    describeWrites(() => store);
    describeRanges(() => store);
    describeLimits(() => store);

    it("behaves as a sorted map under any sequence of writes and ranges", () =>
      assert(
        asyncProperty(array(anyStep, { maxLength: 6 }), async (steps) => {
          const fresh = open();
          const model = new Map<string, KeyChange>();
          for (const { changes, range } of steps) {
            await fresh.write(changes);
            for (const change of changes) model.set(hex(change.key), change);
            expect(entriesOf(fresh.range(range))).toEqual(modelRange(model, range));
            for (const { key } of changes) {
              expect(fresh.get(key)).toEqual(model.get(hex(key))?.value);
            }
          }
          await fresh.close();
        }),
        { numRuns: 60 },
      ));
  });
}

function describeWrites(current: () => KeyValue): void {
  it("gives back what was written, and nothing for what was not", async () => {
    const store = current();
    await store.write([put("a", "1"), put("b", "")]);
    expect(text(store.get(bytes("a")))).toBe("1");
    expect(store.get(bytes("b"))).toEqual(new Uint8Array(0));
    expect(store.get(bytes("c"))).toBeUndefined();
    expect(store.get(bytes("a"))?.constructor).toBe(Uint8Array);
  });

  it("deletes, and takes deleting nothing for done", async () => {
    const store = current();
    await store.write([put("a", "1"), put("b", "2")]);
    await store.write([cut("a"), cut("zzz")]);
    expect(listOf(store)).toEqual([["b", "2"]]);
  });

  it("applies the changes of one write in their order", async () => {
    const store = current();
    await store.write([put("a", "1"), cut("a"), put("b", "1"), put("b", "2")]);
    expect(listOf(store)).toEqual([["b", "2"]]);
  });

  it("applies writes in the order of the calls, without waiting between them", async () => {
    const store = current();
    const writes = Array.from({ length: 100 }, (_, n) => store.write([put("a", `${n}`)]));
    await Promise.all(writes);
    expect(text(store.get(bytes("a")))).toBe("99");
    await store.write([]);
  });

  it("is not touched by what callers do to their bytes", async () => {
    const store = current();
    const key = bytes("key");
    const value = bytes("value");
    const written = store.write([{ key, value }]);
    key.fill(0);
    value.fill(0);
    await written;
    store.get(bytes("key"))?.fill(0);
    for (const entry of store.range(EVERYTHING)) entry[1].fill(0);
    expect(listOf(store)).toEqual([["key", "value"]]);
  });

  it("holds long keys, long values and many changes", async () => {
    const store = current();
    const key = new Uint8Array(512).fill(7);
    const value = new Uint8Array(300_000).map((_, index) => index % 253);
    const many = Array.from({ length: 20_000 }, (_, n) => put(`k${n}`, `${n}`));
    await store.write([{ key, value }, ...many]);
    expect(store.get(key)).toEqual(value);
    expect(text(store.get(bytes("k19999")))).toBe("19999");
    expect([...store.range(EVERYTHING)][0]).toEqual([key, value]);
    expect([...store.range(EVERYTHING)]).toHaveLength(20_001);
  });

  it("never shows half of a write", async () => {
    const store = current();
    const changesOf = (n: number) => Array.from({ length: 3000 }, (_, at) => put(`k${at}`, `${n}`));
    let seen = 0;
    for (let n = 1; n <= 5; n += 1) {
      let done = false;
      const writes = [store.write(changesOf(2 * n)), store.write(changesOf(2 * n + 1))];
      const written = Promise.all(writes).then(() => {
        done = true;
      });
      while (!done) {
        expect(text(store.get(bytes("k2999")))).toBe(text(store.get(bytes("k0"))));
        seen += 1;
        await new Promise((resolve) => setImmediate(resolve));
      }
      await written;
    }
    expect(seen).toBeGreaterThan(0);
    expect(text(store.get(bytes("k1500")))).toBe("11");
  });
}

function describeRanges(current: () => KeyValue): void {
  it("ranges from the first bound up to, not including, the second", async () => {
    const store = current();
    await store.write(["a", "b", "c", "d"].map((key) => put(key, key)));
    expect(keysOf(store, { from: bytes("b"), to: bytes("d") })).toEqual(["b", "c"]);
    expect(keysOf(store, { from: bytes("aa"), to: bytes("cc") })).toEqual(["b", "c"]);
    expect(keysOf(store, { from: bytes(""), to: bytes("b") })).toEqual(["a"]);
    expect(keysOf(store, { from: bytes("b"), to: bytes("b") })).toEqual([]);
    expect(keysOf(store, { from: bytes("d"), to: bytes("a") })).toEqual([]);
    expect(keysOf(store, { from: bytes("x"), to: bytes("z") })).toEqual([]);
  });

  it("ranges backwards over the same entries, and stops at its limit", async () => {
    const store = current();
    await store.write(["a", "b", "c", "d"].map((key) => put(key, key)));
    const range = { from: bytes("b"), to: bytes("d") };
    expect(keysOf(store, { ...range, reverse: true })).toEqual(["c", "b"]);
    expect(keysOf(store, { ...range, reverse: true, limit: 1 })).toEqual(["c"]);
    expect(keysOf(store, { ...range, limit: 1 })).toEqual(["b"]);
    expect(keysOf(store, { ...range, limit: 0 })).toEqual([]);
    expect(keysOf(store, { ...range, limit: 9 })).toEqual(["b", "c"]);
  });

  it("shows entries as of the call, whatever is written while they are read", async () => {
    const store = current();
    await store.write(["a", "b", "c"].map((key) => put(key, "old")));
    const before = store.range(EVERYTHING);
    await store.write([cut("a"), put("b", "new"), put("bb", "new")]);
    const seen: string[] = [];
    for (const [key, value] of before) {
      seen.push(`${text(key)}=${text(value)}`);
      await store.write([cut("c")]);
    }
    expect(seen).toEqual(["a=old", "b=old", "c=old"]);
    expect(listOf(store)).toEqual([
      ["b", "new"],
      ["bb", "new"],
    ]);
  });

  it("reads several ranges at once and leaves some unfinished", async () => {
    const store = current();
    await store.write(Array.from({ length: 50 }, (_, n) => put(`k${n + 10}`, `${n}`)));
    for (let round = 0; round < 200; round += 1) {
      for (const [key] of store.range(EVERYTHING)) {
        if (text(key) === "k12") break;
      }
      store.range(EVERYTHING);
    }
    const left = store.range(EVERYTHING)[Symbol.iterator]();
    const right = store.range({ ...EVERYTHING, reverse: true })[Symbol.iterator]();
    expect(text(left.next().value?.[0])).toBe("k10");
    expect(text(right.next().value?.[0])).toBe("k59");
    await store.write([put("k10", "changed")]);
    expect(text(left.next().value?.[0])).toBe("k11");
    expect(text(right.next().value?.[0])).toBe("k58");
  });
}

function describeLimits(current: () => KeyValue): void {
  it("refuses a key of no bytes or more than 512, and with it the whole write", async () => {
    const store = current();
    for (const key of [new Uint8Array(0), new Uint8Array(513)]) {
      const changes = [put("good", "1"), { key, value: bytes("1") }];
      await expect(store.write(changes)).rejects.toMatchObject({ code: "KEY_SIZE" });
      expect(() => store.get(key)).toThrow("KEY_SIZE");
    }
    expect(store.get(bytes("good"))).toBeUndefined();
    const longest = { from: new Uint8Array(0), to: new Uint8Array(513).fill(255) };
    expect([...store.range(longest)]).toEqual([]);
    expect(() => store.range({ ...longest, to: new Uint8Array(514) })).toThrow("KEY_SIZE");
  });

  it("finishes writes under way when closed, and then does nothing more", async () => {
    const store = current();
    await store.write([put("a", "1"), put("b", "1")]);
    const iterator = store.range(EVERYTHING)[Symbol.iterator]();
    iterator.next();
    const last = store.write([put("c", "1")]);
    await Promise.all([last, store.close(), store.close()]);
    expect(() => iterator.next()).toThrow("STORE_CLOSED");
    expect(() => store.get(bytes("a"))).toThrow("STORE_CLOSED");
    expect(() => store.range(EVERYTHING)).toThrow("STORE_CLOSED");
    await expect(store.write([put("a", "2")])).rejects.toMatchObject({ code: "STORE_CLOSED" });
  });
}

const EVERYTHING: KeyRange = { from: new Uint8Array(0), to: new Uint8Array(513).fill(255) };

/** Few distinct bytes, so that keys collide, nest and sit next to each other. */
const anyKey = uint8Array({ minLength: 1, maxLength: 3, max: 4 });
const anyBound = uint8Array({ maxLength: 3, max: 5 });
const anyRange = record({
  from: anyBound,
  to: anyBound,
  reverse: boolean(),
  limit: nat({ max: 20 }),
});
const anyStep = record({
  changes: array(
    record({ key: anyKey, value: option(uint8Array({ maxLength: 5 }), { nil: undefined }) }),
    { maxLength: 60 },
  ),
  range: anyRange,
});

function modelRange(model: ReadonlyMap<string, KeyChange>, range: KeyRange): [string, string][] {
  const kept = [...model.values()]
    .filter(({ key }) => compareBytes(key, range.from) >= 0 && compareBytes(key, range.to) < 0)
    .sort((a, b) => compareBytes(a.key, b.key))
    .flatMap(({ key, value }): [string, string][] => (value ? [[hex(key), hex(value)]] : []));
  return (range.reverse ? kept.reverse() : kept).slice(0, range.limit);
}

function entriesOf(entries: Iterable<readonly [Uint8Array, Uint8Array]>): [string, string][] {
  return [...entries].map(([key, value]) => [hex(key), hex(value)]);
}

function listOf(store: KeyValue): [string, string][] {
  return [...store.range(EVERYTHING)].map(([key, value]) => [text(key), text(value)]);
}

function keysOf(store: KeyValue, range: KeyRange): string[] {
  return [...store.range(range)].map(([key]) => text(key));
}

function put(key: string, value: string): KeyChange {
  return { key: bytes(key), value: bytes(value) };
}

function cut(key: string): KeyChange {
  return { key: bytes(key), value: undefined };
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function text(bytes: Uint8Array | undefined): string {
  return new TextDecoder().decode(bytes);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
