import { hexToBytes } from "@ghostchain/encoding";
import fc from "fast-check";
import { encodeErrorResult } from "viem";
import { describe, expect, it } from "vitest";
import { decodeRevertReason } from "./revert-reason.ts";

const abi = [
  { type: "error", name: "Error", inputs: [{ name: "reason", type: "string" }] },
  { type: "error", name: "Panic", inputs: [{ name: "code", type: "uint256" }] },
] as const;

const errorData = (reason: string) =>
  hexToBytes(encodeErrorResult({ abi, errorName: "Error", args: [reason] }));
const panicData = (code: bigint) =>
  hexToBytes(encodeErrorResult({ abi, errorName: "Panic", args: [code] }));

describe("decodeRevertReason", () => {
  it("gives back any text that was reverted with", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (reason) => {
        expect(decodeRevertReason(errorData(reason))).toBe(reason);
      }),
    );
  });

  it("puts panics into words", () => {
    expect(decodeRevertReason(panicData(0x01n))).toBe("assert(false)");
    expect(decodeRevertReason(panicData(0x11n))).toBe("arithmetic underflow or overflow");
    expect(decodeRevertReason(panicData(0x99n))).toBe("unknown panic code: 0x99");
  });

  it("says nothing of custom errors, of no data and of data cut short", () => {
    expect(decodeRevertReason(hexToBytes("0xdeadbeef"))).toBeUndefined();
    expect(decodeRevertReason(new Uint8Array())).toBeUndefined();
    const whole = errorData("a reason that is longer than one word of the machine");
    for (let length = 0; length < 100; length++) {
      expect(decodeRevertReason(whole.subarray(0, length))).toBeUndefined();
    }
  });

  it("does not trust offsets and sizes", () => {
    const huge = errorData("x");
    huge.fill(0xff, 4, 36);
    expect(decodeRevertReason(huge)).toBeUndefined();
    const long = errorData("x");
    long.fill(0xff, 36, 68);
    expect(decodeRevertReason(long)).toBeUndefined();
  });
});
