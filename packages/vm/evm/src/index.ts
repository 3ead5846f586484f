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
export { HARDFORKS, type Hardfork, includesFork } from "./hardfork.ts";
export type { AccountChange, StateChanges, World } from "./world.ts";
