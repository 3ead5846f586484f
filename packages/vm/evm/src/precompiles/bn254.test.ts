import { bytesToHex, hexToBytes } from "@ghostchain/encoding";
import { describe, expect, it } from "vitest";
import { bn254Add, bn254Multiply, bn254Pairing } from "./bn254.ts";

const POINTS =
  "18b18acfb4c2c30276db5411368e7185b311dd124691610c5d3b74034e093dc9" +
  "063c909c4720840cb5134cb9f59fa749755796819658d32efc0d288198f37266" +
  "07c2b7f58a84bd6145f00c9c2bc0bb1a187f20ff2c92963a88019e7c6a014eed" +
  "06614e20c147e940f2d70da3f74c9a17df361706a4485c742bd6788478fa17d7";
const SUM =
  "2243525c5efd4b9c3d3c45ac0ca3fe4dd85e830a4ce6b65fa1eeaee202839703" +
  "301d1d33be6da8e509df21cc35964723180eed7532537db9ae5e7d48f195c915";
const hex = (bytes: Uint8Array | undefined) => bytes && bytesToHex(bytes).slice(2);

describe("the bn254 precompiles", () => {
  it("add, with zeros beyond the input and nothing seen beyond their own", () => {
    expect(hex(bn254Add.run(hexToBytes(`0x${POINTS}`), "osaka"))).toBe(SUM);
    expect(hex(bn254Add.run(hexToBytes(`0x${POINTS}ffff`), "osaka"))).toBe(SUM);
    const first = POINTS.slice(0, 128);
    expect(hex(bn254Add.run(hexToBytes(`0x${first}`), "osaka"))).toBe(first);
    expect(bn254Add.run(new Uint8Array(0), "osaka")).toEqual(new Uint8Array(64));
    expect(bn254Add.run(new Uint8Array(64).fill(1), "osaka")).toBeUndefined();
  });

  it("multiply by a scalar of which the missing bytes are zeros", () => {
    const point = POINTS.slice(0, 128);
    const by = (scalar: string) =>
      hex(bn254Multiply.run(hexToBytes(`0x${point}${scalar}`), "osaka"));
    expect(by(`${"00".repeat(31)}01`)).toBe(point);
    expect(by("")).toBe("00".repeat(64));
    expect(by("01")).toBe(by(`01${"00".repeat(31)}`));
    const twice = hex(bn254Add.run(hexToBytes(`0x${point}${point}`), "osaka"));
    expect(by(`${"00".repeat(31)}02`)).toBe(twice);
  });

  it("take the empty product for one, and no part of a pair", () => {
    expect(bn254Pairing.run(new Uint8Array(0), "osaka")).toEqual(new Uint8Array(32).with(31, 1));
    expect(bn254Pairing.run(new Uint8Array(192), "osaka")).toEqual(new Uint8Array(32).with(31, 1));
    expect(bn254Pairing.run(new Uint8Array(191), "osaka")).toBeUndefined();
    expect(bn254Pairing.run(new Uint8Array(193), "osaka")).toBeUndefined();
  });

  it("became cheaper with Istanbul", () => {
    const gasOf = (hardfork: "petersburg" | "istanbul") => [
      bn254Add.gas(new Uint8Array(0), hardfork),
      bn254Multiply.gas(new Uint8Array(0), hardfork),
      bn254Pairing.gas(new Uint8Array(0), hardfork),
      bn254Pairing.gas(new Uint8Array(384), hardfork),
    ];
    expect(gasOf("petersburg")).toEqual([500n, 40_000n, 100_000n, 260_000n]);
    expect(gasOf("istanbul")).toEqual([150n, 6000n, 45_000n, 113_000n]);
  });
});
