import { describe, expect, it } from "vitest";
import { addressOfWord } from "./address.ts";
import { delegationTarget, delegationTo } from "./delegation.ts";

describe("delegationTarget", () => {
  it("finds what delegationTo wrote", () => {
    const target = addressOfWord(0xabcdefn);
    expect(delegationTarget(delegationTo(target))).toBe(target);
  });

  it("takes no other code for a delegation", () => {
    const code = delegationTo(addressOfWord(1n));
    expect(delegationTarget(code.subarray(0, 22))).toBeUndefined();
    expect(delegationTarget(Uint8Array.of(...code, 0))).toBeUndefined();
    for (const index of [0, 1, 2]) {
      const other = Uint8Array.from(code);
      other[index] = 0x60;
      expect(delegationTarget(other)).toBeUndefined();
    }
  });
});
