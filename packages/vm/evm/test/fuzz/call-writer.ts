import { bytesToBigInt } from "@ghostchain/encoding";
import { type Hardfork, includesFork } from "../../src/hardfork.ts";
import { Assembler } from "../assembler.ts";
import type { Random } from "./random.ts";
import { ADDRESSES } from "./scene.ts";

/** Where the address of a contract waits to be called. */
const CREATED_AT = 224;

/** A call of any kind to anyone. Whether it succeeded goes to storage or memory. */
export function writeCall(code: Assembler, random: Random, hardfork: Hardfork): void {
  const kinds = ["CALL", "CALL", "CALLCODE"];
  if (includesFork(hardfork, "homestead")) kinds.push("DELEGATECALL");
  if (includesFork(hardfork, "byzantium")) kinds.push("STATICCALL");
  const kind = random.pick(kinds);
  for (let index = 0; index < 2; index++) {
    code.push(random.int(100));
    code.push(random.int(200));
  }
  if (kind === "CALL" || kind === "CALLCODE") {
    code.push(random.chance(0.7) ? 0n : BigInt(random.int(random.chance(0.1) ? 1_000_000 : 50)));
  }
  code.push(BigInt(random.pick(ADDRESSES)));
  writeGas(code, random, hardfork);
  code.op(kind);
  writeResult(code, random);
}

/** A contract from a short init code; sometimes called at once. */
export function writeCreation(code: Assembler, random: Random, hardfork: Hardfork): void {
  const initCode = writeInitCode(random, hardfork);
  code.push(bytesToBigInt(initCode) << BigInt(8 * (32 - initCode.length)));
  code.push(0);
  code.op("MSTORE");
  const isSalted = includesFork(hardfork, "constantinople") && random.chance(0.5);
  if (isSalted) code.push(random.int(2));
  code.push(random.chance(0.9) ? initCode.length : random.int(60_000));
  code.push(0);
  code.push(random.chance(0.7) ? 0 : random.int(50));
  code.op(isSalted ? "CREATE2" : "CREATE");
  if (random.chance(0.5)) {
    code.push(CREATED_AT);
    code.op("MSTORE");
    for (let index = 0; index < 5; index++) code.push(0);
    code.push(CREATED_AT);
    code.op("MLOAD");
    writeGas(code, random, hardfork);
    code.op("CALL");
  }
  writeResult(code, random);
}

/** At most 32 bytes. */
function writeInitCode(random: Random, hardfork: Hardfork): Uint8Array {
  const code = new Assembler(hardfork);
  if (random.chance(0.3)) {
    code.push(1 + random.int(3));
    code.push(random.int(3));
    code.op("SSTORE");
  }
  switch (random.int(7)) {
    case 0:
      code.op("CALLER", "SELFDESTRUCT");
      break;
    case 1:
      code.op("INVALID");
      break;
    case 2:
      code.push(random.int(64));
      code.push(0);
      code.op(includesFork(hardfork, "byzantium") ? "REVERT" : "RETURN");
      break;
    case 3:
      code.push(random.pick([0x6000, 0x6001, 300]));
      code.push(0);
      code.op("RETURN");
      break;
    default:
      writeRuntime(code, random, hardfork);
  }
  return code.bytes();
}

/** Returns a few bytes that are themselves code. */
function writeRuntime(code: Assembler, random: Random, hardfork: Hardfork): void {
  const runtime = new Assembler(hardfork);
  if (random.chance(0.1)) runtime.raw(0xef);
  if (random.chance(0.5)) runtime.op("CALLER", "SELFDESTRUCT");
  else runtime.op("CALLVALUE", "CALLER", "SSTORE");
  const bytes = runtime.bytes();
  code.push(bytesToBigInt(bytes));
  code.push(0);
  code.op("MSTORE");
  code.push(bytes.length);
  code.push(32 - bytes.length);
  code.op("RETURN");
}

function writeGas(code: Assembler, random: Random, hardfork: Hardfork): void {
  if (includesFork(hardfork, "tangerineWhistle") && random.chance(0.4)) code.op("GAS");
  else code.push(random.pick([0, 2300, 30_000, 100_000, 300_000, 600_000]));
}

function writeResult(code: Assembler, random: Random): void {
  const sink = random.pick(["POP", "SSTORE", "MSTORE", "MSTORE"]);
  if (sink !== "POP") code.push(random.int(64));
  code.op(sink);
}
