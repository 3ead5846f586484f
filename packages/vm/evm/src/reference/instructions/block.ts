import { wordOfAddress } from "../../address.ts";
import type { Frame } from "../frame.ts";
import { GAS, type InstructionDefinition } from "../instruction.ts";

/** The block that the transaction is in. */
export const BLOCK: readonly InstructionDefinition[] = [
  { opcode: 0x40, name: "BLOCKHASH", pops: 1, pushes: 1, gas: 20, run: blockhash },
  { opcode: 0x41, name: "COINBASE", pops: 0, pushes: 1, gas: GAS.base, run: coinbase },
  { opcode: 0x42, name: "TIMESTAMP", pops: 0, pushes: 1, gas: GAS.base, run: timestamp },
  { opcode: 0x43, name: "NUMBER", pops: 0, pushes: 1, gas: GAS.base, run: number },
  { opcode: 0x44, name: "PREVRANDAO", pops: 0, pushes: 1, gas: GAS.base, run: prevrandao },
  { opcode: 0x45, name: "GASLIMIT", pops: 0, pushes: 1, gas: GAS.base, run: gaslimit },
  {
    opcode: 0x46,
    name: "CHAINID",
    since: "istanbul",
    pops: 0,
    pushes: 1,
    gas: GAS.base,
    run: chainid,
  },
  {
    opcode: 0x48,
    name: "BASEFEE",
    since: "london",
    pops: 0,
    pushes: 1,
    gas: GAS.base,
    run: basefee,
  },
  {
    opcode: 0x4a,
    name: "BLOBBASEFEE",
    since: "cancun",
    pops: 0,
    pushes: 1,
    gas: GAS.base,
    run: blobbasefee,
  },
];

/** How many blocks back BLOCKHASH sees. */
const BLOCK_HASH_WINDOW = 256n;

function blockhash(frame: Frame): void {
  const { block } = frame.execution;
  const wanted = frame.pop();
  const isRecent = wanted < block.number && wanted + BLOCK_HASH_WINDOW >= block.number;
  frame.push(isRecent ? BigInt(block.blockHash(wanted) ?? 0) : 0n);
}

function coinbase(frame: Frame): void {
  frame.push(wordOfAddress(frame.execution.block.coinbase));
}

function timestamp(frame: Frame): void {
  frame.push(frame.execution.block.timestamp);
}

function number(frame: Frame): void {
  frame.push(frame.execution.block.number);
}

/** DIFFICULTY before the merge. @see EIP-4399 */
function prevrandao(frame: Frame): void {
  const { block, rules } = frame.execution;
  frame.push(rules.includes("paris") ? block.prevRandao : block.difficulty);
}

function gaslimit(frame: Frame): void {
  frame.push(frame.execution.block.gasLimit);
}

function chainid(frame: Frame): void {
  frame.push(frame.execution.block.chainId);
}

function basefee(frame: Frame): void {
  frame.push(frame.execution.block.baseFeeWei);
}

function blobbasefee(frame: Frame): void {
  frame.push(frame.execution.block.blobBaseFeeWei);
}
