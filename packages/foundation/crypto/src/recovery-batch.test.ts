import { array, assert, bigInt, constantFrom, property, record, uint8Array } from "fast-check";
import { describe, expect, it } from "vitest";
import { packItems, recoverPacked, unpackKeys } from "./recovery-batch.ts";
import { recoverPublicKey, SECP256K1_ORDER } from "./secp256k1.ts";

const anyScalar = bigInt({ min: -1n, max: (1n << 256n) + 1n });
const anyItem = record({
  digest: uint8Array({ minLength: 32, maxLength: 32 }),
  r: anyScalar,
  s: anyScalar,
  yParity: constantFrom(0 as const, 1 as const),
});

describe("a packed batch", () => {
  it("recovers each item as it would be alone, valid or not", () =>
    assert(
      property(array(anyItem, { maxLength: 8 }), (items) => {
        const keys = unpackKeys(recoverPacked(packItems(items)));
        expect(keys).toEqual(items.map((item) => recoverPublicKey(item.digest, item)));
      }),
    ));

  it("takes numbers out of range for no signature", () => {
    const digest = new Uint8Array(32);
    const outside = [0n, -1n, SECP256K1_ORDER, 1n << 256n, (1n << 256n) + 1n];
    const items = outside.flatMap((value) => [
      { digest, r: value, s: 1n, yParity: 0 as const },
      { digest, r: 1n, s: value, yParity: 0 as const },
    ]);
    expect(unpackKeys(recoverPacked(packItems(items)))).toEqual(items.map(() => undefined));
  });
});
