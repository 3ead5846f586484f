import { describe, expect, it } from "vitest";
import { evaluate, runCode } from "../../../test/run-code.ts";

const sixteen = Array.from({ length: 17 }, (_, index) => 100 + index);

describe("stack instructions", () => {
  it("PUSHn reads n bytes of code, and zeros beyond its end", () => {
    for (let size = 1; size <= 32; size++) {
      const bytes = Array.from({ length: size }, (_, index) => index + 1);
      const code = Uint8Array.of(0x5f + size, ...bytes, 0x5f, 0x52, 0x60, 0x20, 0x5f, 0xf3);
      const expected = bytes.reduce((word, byte) => (word << 8n) | BigInt(byte), 0n);
      expect(runCode(code).word).toBe(expected);
    }
    const steps: bigint[][] = [];
    const tracer = { onStep: ({ stack }: { stack: readonly bigint[] }) => steps.push([...stack]) };
    runCode(Uint8Array.of(0x62, 0xab), { tracer });
    expect(steps.at(-1)).toEqual([0xab0000n]);
  });

  it("DUPn copies the n-th item, SWAPn exchanges it with the top", () => {
    for (let n = 1; n <= 16; n++) {
      expect(evaluate(`${sixteen.join(" ")} DUP${n}`)).toBe(BigInt(117 - n));
      expect(evaluate(`${sixteen.join(" ")} SWAP${n}`)).toBe(BigInt(116 - n));
      expect(evaluate(`${sixteen.join(" ")} SWAP${n} ${"POP ".repeat(n)}`)).toBe(116n);
    }
  });

  it("hold 1024 items and no more", () => {
    expect(runCode("PC ".repeat(1024)).halt).toBeUndefined();
    expect(runCode("PC ".repeat(1025)).halt).toBe("stack_overflow");
    expect(runCode(`${"PC ".repeat(1024)} DUP1`).halt).toBe("stack_overflow");
    expect(runCode(`${"PC ".repeat(1024)} SWAP1 ADD`).halt).toBeUndefined();
  });

  it("never take what is not there", () => {
    for (const code of ["POP", "1 ADD", "1 DUP2", "1 SWAP1", "1 2 3 4 5 6 CALL"]) {
      expect(runCode(code).halt).toBe("stack_underflow");
    }
  });

  it("do not see what was popped", () => {
    expect(runCode("1 2 POP POP ADD").halt).toBe("stack_underflow");
  });

  it("PUSH0 is there since Shanghai", () => {
    expect(runCode(Uint8Array.of(0x5f), { hardfork: "paris" }).halt).toBe("invalid_opcode");
    expect(runCode(Uint8Array.of(0x5f), { hardfork: "shanghai" }).gasUsed).toBe(2n);
  });
});
