import { keccak256 } from "@ghostchain/crypto";
import { bytesToBigInt } from "@ghostchain/encoding";
import type { Frame } from "../frame.ts";
import type { InstructionDefinition } from "../instruction.ts";
import { wholeWords } from "../memory.ts";

/** Gas for each word hashed, here and by CREATE2. */
export const HASH_WORD_GAS = 6;

export const HASH: readonly InstructionDefinition[] = [
  { opcode: 0x20, name: "KECCAK256", pops: 2, pushes: 1, gas: 30, run: keccak },
];

function keccak(frame: Frame): void {
  const offset = frame.popNumber();
  const sizeBytes = frame.popNumber();
  frame.charge(HASH_WORD_GAS * wholeWords(sizeBytes));
  frame.expandMemory(offset, sizeBytes);
  frame.push(bytesToBigInt(keccak256(frame.memory.view(offset, sizeBytes))));
}
