export {
  addressOfBytes,
  addressOfWord,
  EMPTY_CODE_HASH,
  hashOfBytes,
  hashOfWord,
  parseAddress,
  parseHash,
  wordOfAddress,
  ZERO_ADDRESS,
} from "./address.ts";
export type {
  Account,
  Address,
  BlockContext,
  Evm,
  Halt,
  Hash,
  Log,
  Message,
  MessageResult,
  StateReader,
  TraceFrame,
  Tracer,
  TraceStep,
  TransactionContext,
} from "./evm.ts";
export { EvmError, type EvmFault } from "./evm-error.ts";
export { HARDFORKS, type Hardfork, includesFork } from "./hardfork.ts";
export type { AccountChange, StateChanges, World } from "./world.ts";
