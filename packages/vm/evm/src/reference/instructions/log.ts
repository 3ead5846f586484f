import { hashOfWord } from "../../address.ts";
import type { Hash } from "../../evm.ts";
import type { Frame } from "../frame.ts";
import type { InstructionDefinition } from "../instruction.ts";

const LOG0 = 0xa0;
const LOG_GAS = 375;
const LOG_BYTE_GAS = 8;

/** LOG0 to LOG4. */
export const LOG: readonly InstructionDefinition[] = [0, 1, 2, 3, 4].map(log);

function log(topicCount: number): InstructionDefinition {
  return {
    opcode: LOG0 + topicCount,
    name: `LOG${topicCount}`,
    pops: topicCount + 2,
    pushes: 0,
    gas: LOG_GAS * (topicCount + 1),
    run: (frame) => emit(frame, topicCount),
  };
}

function emit(frame: Frame, topicCount: number): void {
  frame.forbidInStaticCall();
  const offset = frame.popNumber();
  const sizeBytes = frame.popNumber();
  const topics: Hash[] = [];
  for (let index = 0; index < topicCount; index++) topics.push(hashOfWord(frame.pop()));
  frame.charge(LOG_BYTE_GAS * sizeBytes);
  frame.expandMemory(offset, sizeBytes);
  const data = frame.memory.read(offset, sizeBytes);
  frame.execution.world.addLog({ address: frame.call.address, topics, data });
}
