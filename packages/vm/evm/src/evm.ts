import type { Hex } from "@ghostchain/encoding";
import type { Hardfork } from "./hardfork.ts";
import type { World } from "./world.ts";

/** 20 bytes as lower-case hex. Only `parseAddress` and the machine make one. */
export type Address = Hex & { readonly __brand: "Address" };

/** 32 bytes as lower-case hex. */
export type Hash = Hex & { readonly __brand: "Hash" };

/** One event. `topics` are 0 to 4 words of 32 bytes as lower-case hex. */
export interface Log {
  readonly address: Address;
  readonly topics: readonly Hash[];
  readonly data: Uint8Array;
}

/** What is the same for every message of a block. */
export interface BlockContext {
  readonly number: bigint;
  /** Seconds since the Unix epoch. */
  readonly timestamp: bigint;
  readonly coinbase: Address;
  readonly gasLimit: bigint;
  /** Wei per gas; zero before London. */
  readonly baseFeeWei: bigint;
  /** Before the merge. */
  readonly difficulty: bigint;
  /** Since the merge: the beacon chain's randomness, as a word. */
  readonly prevRandao: bigint;
  /** Wei per blob gas; zero before Cancun. */
  readonly blobBaseFeeWei: bigint;
  readonly chainId: bigint;
  /** Hash of one of the 256 blocks before this one, or undefined. */
  blockHash(number: bigint): Hash | undefined;
}

/** What is the same for every message of a transaction. */
export interface TransactionContext {
  readonly origin: Address;
  readonly gasPriceWei: bigint;
  readonly blobHashes: readonly Hash[];
}

/** A top-level call (`to` set) or contract creation (`to` undefined; `data` is the init code). */
export interface Message {
  readonly caller: Address;
  readonly to: Address | undefined;
  readonly valueWei: bigint;
  readonly data: Uint8Array;
  /** Already less the intrinsic gas. */
  readonly gas: bigint;
}

/** Why a message ended without success. `revert` keeps the gas that is left; every other takes all. */
export type Halt =
  | "revert"
  | "out_of_gas"
  | "stack_underflow"
  | "stack_overflow"
  | "invalid_opcode"
  | "invalid_jump"
  | "static_state_change"
  | "return_data_out_of_bounds"
  | "insufficient_balance"
  | "call_depth"
  | "create_collision"
  | "code_too_large"
  | "init_code_too_large"
  | "code_starts_with_ef"
  | "nonce_overflow"
  | "precompile_failed";

export interface MessageResult {
  /** Undefined on success. */
  readonly halt: Halt | undefined;
  readonly gasLeft: bigint;
  /** Return data or revert data; empty where code was created, or the message halted otherwise. */
  readonly output: Uint8Array;
  /** The new contract, when a creation succeeded. */
  readonly created: Address | undefined;
}

/** Sees every instruction before it runs. Only the reference interpreter calls one. */
export interface Tracer {
  onStep?(step: TraceStep): void;
  onEnter?(frame: TraceFrame): void;
  onExit?(result: { gasUsed: bigint; output: Uint8Array; halt: Halt | undefined }): void;
}

export interface TraceFrame {
  readonly kind:
    | "CALL"
    | "CALLCODE"
    | "DELEGATECALL"
    | "STATICCALL"
    | "CREATE"
    | "CREATE2"
    | "SELFDESTRUCT";
  readonly from: Address;
  readonly to: Address;
  readonly valueWei: bigint;
  readonly gas: bigint;
  /** Valid only during the call. */
  readonly input: Uint8Array;
}

export interface TraceStep {
  readonly pc: number;
  readonly opcode: number;
  readonly gas: bigint;
  readonly depth: number;
  /** Bottom first; valid only during the call. */
  readonly stack: readonly bigint[];
  /** Valid only during the call. */
  readonly memory: Uint8Array;
  readonly address: Address;
  readonly refund: bigint;
}

/**
 * The machine: code and state in, effects out, without a promise. The reference interpreter is one
 * implementation; the fast tiers are others, and all give the same results, gas and logs.
 *
 * A machine makes its own `World`, because where the hot state lives (JavaScript maps, or tables in
 * WebAssembly memory) belongs to the machine.
 */
export interface Evm {
  readonly hardfork: Hardfork;
  createWorld(state: StateReader): World;
  /** Runs one top-level message to its end. Effects of a message that halts are already taken back. */
  run(
    world: World,
    block: BlockContext,
    transaction: TransactionContext,
    message: Message,
  ): MessageResult;
}

/**
 * State as it was before the block, read on a miss only and never written. Calls are synchronous and may
 * be repeated; answers must not change while a world over this reader lives.
 */
export interface StateReader {
  account(address: Address): Account | undefined;
  /** Zero where nothing is stored. */
  storage(address: Address, slot: bigint): bigint;
  /** Empty for the hash of empty code. */
  code(codeHash: Hash): Uint8Array;
  /** Whether the account has any storage (EIP-7610). */
  hasStorage(address: Address): boolean;
}

export interface Account {
  readonly nonce: bigint;
  readonly balanceWei: bigint;
  readonly codeHash: Hash;
}
