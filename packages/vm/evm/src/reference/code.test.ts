import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hashOfWord } from "../address.ts";
import { Code, CodeCache } from "./code.ts";

describe("Code", () => {
  it("knows a jump destination from the data of a PUSH", () => {
    const anyCode = fc.array(fc.constantFrom(0x00, 0x5b, 0x60, 0x61, 0x7f, 0x01), {
      maxLength: 80,
    });
    fc.assert(
      fc.property(anyCode, (bytes) => {
        const code = new Code(Uint8Array.from(bytes));
        const instructions = new Set<number>();
        for (let pc = 0; pc < bytes.length; pc++) {
          instructions.add(pc);
          const opcode = bytes[pc] ?? 0;
          if (opcode >= 0x60 && opcode <= 0x7f) pc += opcode - 0x5f;
        }
        for (let pc = 0; pc < bytes.length + 2; pc++) {
          const expected = bytes[pc] === 0x5b && instructions.has(pc);
          expect(code.isJumpDestination(pc)).toBe(expected);
        }
      }),
    );
  });
});

describe("CodeCache", () => {
  it("loads a code once while it is remembered, and forgets what was used longest ago", () => {
    const loaded: bigint[] = [];
    const cache = new CodeCache(100);
    const get = (number: bigint) =>
      cache.get(hashOfWord(number), (hash) => {
        loaded.push(BigInt(hash));
        return new Uint8Array(40);
      });
    get(1n);
    get(2n);
    get(1n);
    get(3n);
    expect(loaded).toEqual([1n, 2n, 3n]);
    get(1n);
    get(2n);
    expect(loaded).toEqual([1n, 2n, 3n, 2n]);
  });
});
