import { type Hardfork, includesFork } from "../../src/hardfork.ts";
import type { Assembler } from "../assembler.ts";
import type { Random } from "./random.ts";
import { ADDRESSES } from "./scene.ts";

/** Instructions by the number of words they take, each leaving one; the hardfork since which they exist. */
const READERS: readonly (readonly [name: string, since: Hardfork])[] = [
  ["ADDRESS", "frontier"],
  ["ORIGIN", "frontier"],
  ["CALLER", "frontier"],
  ["CALLVALUE", "frontier"],
  ["CALLDATASIZE", "frontier"],
  ["CODESIZE", "frontier"],
  ["GASPRICE", "frontier"],
  ["COINBASE", "frontier"],
  ["TIMESTAMP", "frontier"],
  ["NUMBER", "frontier"],
  ["PREVRANDAO", "frontier"],
  ["GASLIMIT", "frontier"],
  ["PC", "frontier"],
  ["MSIZE", "frontier"],
  ["GAS", "frontier"],
  ["RETURNDATASIZE", "byzantium"],
  ["CHAINID", "istanbul"],
  ["SELFBALANCE", "istanbul"],
  ["BASEFEE", "london"],
  ["BLOBBASEFEE", "cancun"],
];
const UNARY: typeof READERS = [
  ["ISZERO", "frontier"],
  ["NOT", "frontier"],
  ["CLZ", "osaka"],
];
const BINARY: typeof READERS = [
  ...["ADD", "MUL", "SUB", "DIV", "SDIV", "MOD", "SMOD", "EXP", "SIGNEXTEND"],
  ...["LT", "GT", "SLT", "SGT", "EQ", "AND", "OR", "XOR", "BYTE"],
].map((name) => [name, "frontier"] as const);
const SHIFTS: typeof READERS = [
  ["SHL", "constantinople"],
  ["SHR", "constantinople"],
  ["SAR", "constantinople"],
];
const TERNARY: typeof READERS = [
  ["ADDMOD", "frontier"],
  ["MULMOD", "frontier"],
];

/** Writes code that leaves one word on the stack. */
export function writeExpression(
  code: Assembler,
  random: Random,
  hardfork: Hardfork,
  depth = random.int(4),
): void {
  const operand = (): void => writeExpression(code, random, hardfork, depth - 1);
  const has = ([, since]: readonly [string, Hardfork]): boolean => includesFork(hardfork, since);
  const pick = (from: typeof READERS): string => random.pick(from.filter(has))[0];
  if (depth <= 0) {
    writeLeaf(code, random, hardfork);
    return;
  }
  const shape = random.int(20);
  operand();
  if (shape < 3) {
    code.op(pick(UNARY));
  } else if (shape < 6 && SHIFTS.some(has)) {
    code.push(random.chance(0.8) ? random.int(258) : random.word());
    code.op(pick(SHIFTS));
  } else if (shape < 8) {
    operand();
    operand();
    code.op(pick(TERNARY));
  } else {
    operand();
    code.op(pick(BINARY));
  }
}

type Leaf = (code: Assembler, random: Random, hardfork: Hardfork) => void;

function writeLeaf(code: Assembler, random: Random, hardfork: Hardfork): void {
  const known = LEAVES.filter(([, since]) => includesFork(hardfork, since));
  random.pick(known)[0](code, random, hardfork);
}

const LEAVES: readonly (readonly [Leaf, since: Hardfork])[] = [
  [(code, random) => code.push(random.word()), "frontier"],
  [(code, random) => code.push(random.word()), "frontier"],
  [(code, random) => code.push(random.word()), "frontier"],
  [writeReader, "frontier"],
  [writeReader, "frontier"],
  [(code, random) => writeAt(code, random.int(200), "MLOAD"), "frontier"],
  [(code, random) => writeAt(code, random.int(4), "SLOAD"), "frontier"],
  [(code, random) => writeAt(code, random.int(80), "CALLDATALOAD"), "frontier"],
  [(code, random) => writeOfAccount(code, random, "BALANCE"), "frontier"],
  [(code, random) => writeOfAccount(code, random, "EXTCODESIZE"), "frontier"],
  [(code, random) => writeOfAccount(code, random, "EXTCODEHASH"), "constantinople"],
  [writeHash, "frontier"],
  [(code, random) => writeAt(code, random.int(4), "TLOAD"), "cancun"],
  [(code, random) => writeAt(code, random.int(4), "BLOBHASH"), "cancun"],
];

function writeReader(code: Assembler, random: Random, hardfork: Hardfork): void {
  const known = READERS.filter(([, since]) => includesFork(hardfork, since));
  code.op(random.pick(known)[0]);
}

function writeAt(code: Assembler, offset: number, name: string): void {
  code.push(offset);
  code.op(name);
}

function writeOfAccount(code: Assembler, random: Random, name: string): void {
  code.push(BigInt(random.pick(ADDRESSES)));
  code.op(name);
}

function writeHash(code: Assembler, random: Random): void {
  code.push(random.int(100));
  writeAt(code, random.int(100), "KECCAK256");
}
