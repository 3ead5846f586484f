import { describe, expect, it } from "vitest";
import { evaluate, runCode } from "../../../test/run-code.ts";

describe("KECCAK256", () => {
  it("hashes a range of memory", () => {
    expect(evaluate("0 0 KECCAK256")).toBe(
      0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470n,
    );
    // "abc"
    expect(evaluate("0x616263 0 MSTORE 3 29 KECCAK256")).toBe(
      0x4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45n,
    );
  });

  it("costs 30 gas and 6 a word", () => {
    expect(runCode("0 0 KECCAK256").gasUsed).toBe(34n);
    expect(runCode("33 0 KECCAK256").gasUsed).toBe(5n + 30n + 12n + 6n);
  });
});
