import { type Hardfork, includesFork } from "../../src/hardfork.ts";
import { Assembler } from "../assembler.ts";
import { writeCall, writeCreation } from "./call-writer.ts";
import { writeExpression } from "./expression.ts";
import type { Random } from "./random.ts";
import { ADDRESSES } from "./scene.ts";

const MAX_LOOP_DEPTH = 2;

/**
 * Code that mostly runs to a good end: statements leave the stack as it was, loops are bounded, jumps lead
 * where they should. A few statements do what must not be done.
 */
export function writeCode(random: Random, hardfork: Hardfork): Uint8Array {
  const code = new Assembler(hardfork);
  writeBlock({ code, random, hardfork, loopDepth: 0 }, 3 + random.int(10));
  writeEnd(code, random, hardfork);
  return code.bytes();
}

interface Writer {
  readonly code: Assembler;
  readonly random: Random;
  readonly hardfork: Hardfork;
  readonly loopDepth: number;
}

type Statement = (writer: Writer) => void;

function writeBlock(writer: Writer, statements: number): void {
  for (let index = 0; index < statements; index++) {
    writer.random.pick(STATEMENTS)(writer);
    if (writer.random.chance(0.006)) writer.random.pick(MISTAKES)(writer);
  }
}

const STATEMENTS: readonly Statement[] = [
  writeStore,
  writeStore,
  writeWitness,
  writeMemory,
  writeMemory,
  writeShuffle,
  writeLog,
  writeCopy,
  writeIf,
  writeLoop,
  ({ code, random, hardfork }) => writeCall(code, random, hardfork),
  (writer) => {
    writeCall(writer.code, writer.random, writer.hardfork);
    writeWitness(writer);
  },
  ({ code, random, hardfork }) => writeCreation(code, random, hardfork),
];

/** What halts a frame, or may. */
const MISTAKES: readonly Statement[] = [
  ({ code }) => code.op("POP", "POP", "POP"),
  ({ code, random }) => code.raw(random.int(256)),
  ({ code, random }) => code.jumpBack(random.int(300), "JUMP"),
  ({ code, random }) => {
    code.push(random.word());
    code.op("MLOAD", "POP");
  },
  ({ code }) => code.op("INVALID"),
  ({ code, hardfork, random }) => {
    code.push(random.int(64));
    code.push(random.int(64));
    code.push(0);
    code.op(includesFork(hardfork, "byzantium") ? "RETURNDATACOPY" : "CALLDATACOPY");
  },
  ({ code, random, hardfork }) => {
    const loop = code.mark();
    writeExpression(code, random, hardfork, 0);
    code.jumpBack(loop, "JUMP");
  },
];

function writeStore({ code, random, hardfork }: Writer): void {
  const isTransient = includesFork(hardfork, "cancun") && random.chance(0.4);
  if (random.chance(0.3)) code.push(random.int(2));
  else writeExpression(code, random, hardfork);
  code.push(random.int(4));
  code.op(isTransient ? "TSTORE" : "SSTORE");
}

/** Puts into storage, which is compared, what is not: transient storage, a balance, code. */
function writeWitness({ code, random, hardfork }: Writer): void {
  if (includesFork(hardfork, "cancun") && random.chance(0.7)) {
    code.push(random.int(4));
    code.op("TLOAD");
  } else {
    code.push(BigInt(random.pick(ADDRESSES)));
    code.op(random.pick(["BALANCE", "EXTCODESIZE"]));
  }
  code.push(random.int(4));
  code.op("SSTORE");
}

function writeMemory({ code, random, hardfork }: Writer): void {
  writeExpression(code, random, hardfork);
  code.push(random.int(random.chance(0.05) ? 5000 : 200));
  code.op(random.chance(0.8) ? "MSTORE" : "MSTORE8");
}

/** Some words, moved about and stored or dropped. */
function writeShuffle({ code, random, hardfork }: Writer): void {
  const count = 2 + random.int(15);
  for (let index = 0; index < count; index++) code.push(random.int(1000));
  for (let index = 0; index < 4; index++) {
    if (random.chance(0.5)) code.op(`SWAP${1 + random.int(count - 1)}`);
    else code.op(`DUP${1 + random.int(count)}`, "POP");
  }
  writeExpression(code, random, hardfork, 1);
  code.op("ADD");
  code.push(random.int(64));
  code.op("MSTORE");
  for (let index = 1; index < count; index++) code.op("POP");
}

function writeLog({ code, random, hardfork }: Writer): void {
  const topics = random.int(5);
  for (let index = 0; index < topics; index++) writeExpression(code, random, hardfork, 1);
  code.push(random.int(100));
  code.push(random.int(100));
  code.op(`LOG${topics}`);
}

function writeCopy({ code, random, hardfork }: Writer): void {
  const kinds = ["CALLDATACOPY", "CODECOPY", "EXTCODECOPY"];
  if (includesFork(hardfork, "byzantium")) kinds.push("RETURNDATACOPY");
  if (includesFork(hardfork, "cancun")) kinds.push("MCOPY");
  const kind = random.pick(kinds);
  if (kind === "RETURNDATACOPY") code.op("RETURNDATASIZE");
  else code.push(random.int(120));
  code.push(kind === "RETURNDATACOPY" ? 0 : random.int(200));
  code.push(random.int(200));
  if (kind === "EXTCODECOPY") code.push(BigInt(random.pick(ADDRESSES)));
  code.op(kind);
}

function writeIf(writer: Writer): void {
  const { code, random, hardfork } = writer;
  if (random.chance(0.3)) {
    code.push(random.int(400_000));
    code.op("GAS", "LT");
  } else {
    writeExpression(code, random, hardfork);
  }
  const end = code.jumpAhead("JUMPI");
  writeBlock(writer, 1 + random.int(3));
  end();
}

/** Counts down on the stack. */
function writeLoop(writer: Writer): void {
  const { code, random } = writer;
  if (writer.loopDepth >= MAX_LOOP_DEPTH) return;
  code.push(1 + random.int(6));
  const start = code.mark();
  writeBlock({ ...writer, loopDepth: writer.loopDepth + 1 }, 1 + random.int(3));
  code.push(1);
  code.op("SWAP1", "SUB", "DUP1");
  code.jumpBack(start, "JUMPI");
  code.op("POP");
}

function writeEnd(code: Assembler, random: Random, hardfork: Hardfork): void {
  if (random.chance(0.3)) return;
  if (random.chance(0.08)) {
    code.push(BigInt(random.pick(ADDRESSES)));
    code.op("SELFDESTRUCT");
    return;
  }
  code.push(random.int(100));
  code.push(random.int(100));
  code.op(random.chance(0.35) && includesFork(hardfork, "byzantium") ? "REVERT" : "RETURN");
}
