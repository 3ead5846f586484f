import type { Frame } from "../frame.ts";
import { GAS, type InstructionDefinition } from "../instruction.ts";
import { MAX_WORD, toSigned, WORD_MODULUS, wordSizeBytes, wrap } from "../word.ts";

/** Integers modulo 2^256. Division by zero gives zero. */
export const ARITHMETIC: readonly InstructionDefinition[] = [
  { opcode: 0x01, name: "ADD", pops: 2, pushes: 1, gas: GAS.veryLow, run: add },
  { opcode: 0x02, name: "MUL", pops: 2, pushes: 1, gas: GAS.low, run: mul },
  { opcode: 0x03, name: "SUB", pops: 2, pushes: 1, gas: GAS.veryLow, run: sub },
  { opcode: 0x04, name: "DIV", pops: 2, pushes: 1, gas: GAS.low, run: div },
  { opcode: 0x05, name: "SDIV", pops: 2, pushes: 1, gas: GAS.low, run: sdiv },
  { opcode: 0x06, name: "MOD", pops: 2, pushes: 1, gas: GAS.low, run: mod },
  { opcode: 0x07, name: "SMOD", pops: 2, pushes: 1, gas: GAS.low, run: smod },
  { opcode: 0x08, name: "ADDMOD", pops: 3, pushes: 1, gas: GAS.mid, run: addmod },
  { opcode: 0x09, name: "MULMOD", pops: 3, pushes: 1, gas: GAS.mid, run: mulmod },
  { opcode: 0x0a, name: "EXP", pops: 2, pushes: 1, gas: GAS.high, run: exp },
  { opcode: 0x0b, name: "SIGNEXTEND", pops: 2, pushes: 1, gas: GAS.low, run: signextend },
];

function add(frame: Frame): void {
  const sum = frame.pop() + frame.pop();
  // Comparing is cheaper than masking, and most sums do not wrap around.
  frame.push(sum > MAX_WORD ? sum - WORD_MODULUS : sum);
}

function mul(frame: Frame): void {
  frame.push(wrap(frame.pop() * frame.pop()));
}

function sub(frame: Frame): void {
  const difference = frame.pop() - frame.pop();
  frame.push(difference < 0n ? difference + WORD_MODULUS : difference);
}

function div(frame: Frame): void {
  const dividend = frame.pop();
  const divisor = frame.pop();
  frame.push(divisor === 0n ? 0n : dividend / divisor);
}

function sdiv(frame: Frame): void {
  const dividend = toSigned(frame.pop());
  const divisor = toSigned(frame.pop());
  frame.push(divisor === 0n ? 0n : wrap(dividend / divisor));
}

function mod(frame: Frame): void {
  const dividend = frame.pop();
  const divisor = frame.pop();
  frame.push(divisor === 0n ? 0n : dividend % divisor);
}

/** The result has the sign of the dividend. */
function smod(frame: Frame): void {
  const dividend = toSigned(frame.pop());
  const divisor = toSigned(frame.pop());
  frame.push(divisor === 0n ? 0n : wrap(dividend % divisor));
}

function addmod(frame: Frame): void {
  const sum = frame.pop() + frame.pop();
  const modulus = frame.pop();
  frame.push(modulus === 0n ? 0n : sum % modulus);
}

function mulmod(frame: Frame): void {
  const product = frame.pop() * frame.pop();
  const modulus = frame.pop();
  frame.push(modulus === 0n ? 0n : product % modulus);
}

function exp(frame: Frame): void {
  const base = frame.pop();
  const exponent = frame.pop();
  frame.charge(frame.execution.rules.expByteGas * wordSizeBytes(exponent));
  frame.push(power(base, exponent));
}

/** By squaring: at most 256 squares and as many products. */
function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = base;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = wrap(result * square);
    square = wrap(square * square);
  }
  return result;
}

/** Reads the low `index + 1` bytes as a signed integer. */
function signextend(frame: Frame): void {
  const index = frame.pop();
  const word = frame.pop();
  frame.push(index < 31n ? wrap(BigInt.asIntN(8 * Number(index) + 8, word)) : word);
}
