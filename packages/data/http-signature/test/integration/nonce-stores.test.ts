import { openTestDatabase, type TestDatabase } from "@ghostchain/database/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDatabaseNonceStore } from "../../src/database-nonce-store.ts";
import { MemoryNonceStore, type NonceStore } from "../../src/nonce-store.ts";

const NOW_MS = 1_800_000_000_000;
const LATER_MS = NOW_MS + 60_000;

/** What every nonce store must do. `open` gives it as two processes have it, or one twice. */
function describeNonceStore(name: string, open: () => Promise<[NonceStore, NonceStore]>): void {
  describe(`${name} as a NonceStore`, () => {
    let one: NonceStore;
    let other: NonceStore;
    beforeAll(async () => {
      [one, other] = await open();
    });

    it("lets a nonce of a key be used once, by whoever it is shown to", async () => {
      expect(await one.spend("a", "once", LATER_MS, NOW_MS)).toBe(true);
      expect(await one.spend("a", "once", LATER_MS, NOW_MS)).toBe(false);
      expect(await other.spend("a", "once", LATER_MS, NOW_MS)).toBe(false);
    });

    it("keeps the nonces of two keys apart", async () => {
      expect(await one.spend("b", "same", LATER_MS, NOW_MS)).toBe(true);
      expect(await one.spend("c", "same", LATER_MS, NOW_MS)).toBe(true);
      expect(await one.spend('d","x', "y", LATER_MS, NOW_MS)).toBe(true);
      expect(await one.spend("d", 'x","y', LATER_MS, NOW_MS)).toBe(true);
    });

    it("lets one of many at once have it", async () => {
      const all = await Promise.all(
        Array.from({ length: 40 }, (_, index) =>
          (index % 2 ? one : other).spend("a", "race", LATER_MS, NOW_MS),
        ),
      );
      expect(all.filter(Boolean)).toHaveLength(1);
    });

    it("forgets what has expired, in time", async () => {
      for (let index = 0; index < 20; index++) {
        await one.spend("old", `${index}`, NOW_MS + 1, NOW_MS);
      }
      for (let index = 0; index < 20; index++) {
        await one.spend("new", `${index}`, LATER_MS + 2, NOW_MS + 2);
      }
      expect(await one.spend("old", "0", LATER_MS, NOW_MS + 2)).toBe(true);
    });
  });
}

describeNonceStore("memory", async () => {
  const store = new MemoryNonceStore();
  return [store, store];
});

let opened: TestDatabase | undefined;
describeNonceStore("PostgreSQL", async () => {
  opened = await openTestDatabase();
  const { database } = opened;
  return [await createDatabaseNonceStore(database), await createDatabaseNonceStore(database)];
});
afterAll(() => opened?.close());

describe("MemoryNonceStore", () => {
  it("refuses a new one rather than forget one that could be used again", async () => {
    const store = new MemoryNonceStore(3);
    for (const nonce of ["1", "2", "3"]) await store.spend("a", nonce, LATER_MS, NOW_MS);
    await expect(store.spend("a", "4", LATER_MS, NOW_MS)).rejects.toMatchObject({
      code: "SIGNATURE_NONCES_EXHAUSTED",
    });
    expect(await store.spend("a", "4", LATER_MS + 1, LATER_MS)).toBe(true);
    expect(store.size).toBe(1);
  });
});
