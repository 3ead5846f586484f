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
export { contractAddress, saltedContractAddress } from "./contract-address.ts";
export { delegationTarget, delegationTo } from "./delegation.ts";
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
export type { Precompile, Precompiles } from "./precompile.ts";
export { precompilesOf } from "./precompiles/precompiles-of.ts";
export { createReferenceEvm, type ReferenceEvmOptions } from "./reference/reference-evm.ts";
export { WordMap } from "./word-map.ts";
export type { AccountChange, StateChanges, World } from "./world.ts";
