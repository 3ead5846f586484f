import type { Frame } from "../frame.ts";
import { GAS, type InstructionDefinition } from "../instruction.ts";
import { MAX_WORD, toSigned, wrap } from "../word.ts";

/** Comparisons, which give 1 or 0, and words taken as 256 bits. */
export const BITS: readonly InstructionDefinition[] = [
  { opcode: 0x10, name: "LT", pops: 2, pushes: 1, gas: GAS.veryLow, run: lt },
  { opcode: 0x11, name: "GT", pops: 2, pushes: 1, gas: GAS.veryLow, run: gt },
  { opcode: 0x12, name: "SLT", pops: 2, pushes: 1, gas: GAS.veryLow, run: slt },
  { opcode: 0x13, name: "SGT", pops: 2, pushes: 1, gas: GAS.veryLow, run: sgt },
  { opcode: 0x14, name: "EQ", pops: 2, pushes: 1, gas: GAS.veryLow, run: eq },
  { opcode: 0x15, name: "ISZERO", pops: 1, pushes: 1, gas: GAS.veryLow, run: iszero },
  { opcode: 0x16, name: "AND", pops: 2, pushes: 1, gas: GAS.veryLow, run: and },
  { opcode: 0x17, name: "OR", pops: 2, pushes: 1, gas: GAS.veryLow, run: or },
  { opcode: 0x18, name: "XOR", pops: 2, pushes: 1, gas: GAS.veryLow, run: xor },
  { opcode: 0x19, name: "NOT", pops: 1, pushes: 1, gas: GAS.veryLow, run: not },
  { opcode: 0x1a, name: "BYTE", pops: 2, pushes: 1, gas: GAS.veryLow, run: byte },
  {
    opcode: 0x1b,
    name: "SHL",
    since: "constantinople",
    pops: 2,
    pushes: 1,
    gas: GAS.veryLow,
    run: shl,
  },
  {
    opcode: 0x1c,
    name: "SHR",
    since: "constantinople",
    pops: 2,
    pushes: 1,
    gas: GAS.veryLow,
    run: shr,
  },
  {
    opcode: 0x1d,
    name: "SAR",
    since: "constantinople",
    pops: 2,
    pushes: 1,
    gas: GAS.veryLow,
    run: sar,
  },
  { opcode: 0x1e, name: "CLZ", since: "osaka", pops: 1, pushes: 1, gas: GAS.low, run: clz },
];

function lt(frame: Frame): void {
  const left = frame.pop();
  const right = frame.pop();
  frame.pushBoolean(left < right);
}

function gt(frame: Frame): void {
  const left = frame.pop();
  const right = frame.pop();
  frame.pushBoolean(left > right);
}

function slt(frame: Frame): void {
  const left = toSigned(frame.pop());
  const right = toSigned(frame.pop());
  frame.pushBoolean(left < right);
}

function sgt(frame: Frame): void {
  const left = toSigned(frame.pop());
  const right = toSigned(frame.pop());
  frame.pushBoolean(left > right);
}

function eq(frame: Frame): void {
  const left = frame.pop();
  const right = frame.pop();
  frame.pushBoolean(left === right);
}

function iszero(frame: Frame): void {
  frame.pushBoolean(frame.pop() === 0n);
}

function and(frame: Frame): void {
  frame.push(frame.pop() & frame.pop());
}

function or(frame: Frame): void {
  frame.push(frame.pop() | frame.pop());
}

function xor(frame: Frame): void {
  frame.push(frame.pop() ^ frame.pop());
}

function not(frame: Frame): void {
  frame.push(MAX_WORD - frame.pop());
}

/** Counts from the most significant byte. */
function byte(frame: Frame): void {
  const index = frame.pop();
  const word = frame.pop();
  frame.push(index < 32n ? (word >> (8n * (31n - index))) & 0xffn : 0n);
}

function shl(frame: Frame): void {
  const shift = frame.pop();
  const word = frame.pop();
  frame.push(shift < 256n ? wrap(word << shift) : 0n);
}

function shr(frame: Frame): void {
  const shift = frame.pop();
  const word = frame.pop();
  frame.push(shift < 256n ? word >> shift : 0n);
}

/** Fills with the sign bit. */
function sar(frame: Frame): void {
  const shift = frame.pop();
  const word = toSigned(frame.pop());
  frame.push(wrap(word >> (shift < 255n ? shift : 255n)));
}

/** Leading zero bits: 256 for zero. @see EIP-7939 */
function clz(frame: Frame): void {
  const word = frame.pop();
  frame.pushNumber(word === 0n ? 256 : 256 - word.toString(2).length);
}
