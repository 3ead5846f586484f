import { contractAddress, saltedContractAddress } from "../../contract-address.ts";
import type { Address } from "../../evm.ts";
import type { CallKind } from "../call.ts";
import { ExceptionalHalt } from "../exceptional-halt.ts";
import type { Frame } from "../frame.ts";
import type { InstructionDefinition } from "../instruction.ts";
import { wholeWords } from "../memory.ts";
import { allBut64th } from "./call.ts";
import { HASH_WORD_GAS } from "./hash.ts";

const CREATE_GAS = 32_000;

export const CREATION: readonly InstructionDefinition[] = [
  { opcode: 0xf0, name: "CREATE", pops: 3, pushes: 1, gas: CREATE_GAS, run: create },
  {
    opcode: 0xf5,
    name: "CREATE2",
    since: "constantinople",
    pops: 4,
    pushes: 1,
    gas: CREATE_GAS,
    run: create2,
  },
];

function create(frame: Frame): void {
  frame.forbidInStaticCall();
  const valueWei = frame.pop();
  const initCode = popInitCode(frame, 0);
  const creator = frame.call.address;
  const nonce = frame.execution.world.account(creator)?.nonce ?? 0n;
  begin(frame, "CREATE", contractAddress(creator, nonce), valueWei, initCode);
}

function create2(frame: Frame): void {
  frame.forbidInStaticCall();
  const valueWei = frame.pop();
  const initCode = popInitCode(frame, HASH_WORD_GAS);
  const salt = frame.pop();
  const created = saltedContractAddress(frame.call.address, salt, initCode);
  begin(frame, "CREATE2", created, valueWei, initCode);
}

/** @throws {ExceptionalHalt} `init_code_too_large` */
function popInitCode(frame: Frame, hashWordGas: number): Uint8Array {
  const { rules } = frame.execution;
  const offset = frame.popNumber();
  const sizeBytes = frame.popNumber();
  if (sizeBytes > rules.maxInitCodeSizeBytes) throw new ExceptionalHalt("init_code_too_large");
  frame.charge((rules.initCodeWordGas + hashWordGas) * wholeWords(sizeBytes));
  frame.expandMemory(offset, sizeBytes);
  return frame.memory.view(offset, sizeBytes);
}

function begin(
  frame: Frame,
  kind: CallKind,
  created: Address,
  valueWei: bigint,
  initCode: Uint8Array,
): void {
  const available = frame.gasLeft;
  const gas = frame.execution.rules.keepsOne64th ? allBut64th(available) : available;
  frame.gasLeft = available - gas;
  frame.suspend({
    kind,
    caller: frame.call.address,
    address: created,
    codeAddress: created,
    valueWei,
    input: initCode,
    gas,
    isStatic: false,
    depth: frame.call.depth + 1,
    outputOffset: 0,
    outputSizeBytes: 0,
  });
}
