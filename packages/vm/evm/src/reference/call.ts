import type { Address } from "../evm.ts";

/** What a frame is made from: a call of code that exists, or a creation. */
export interface Call {
  readonly kind: CallKind;
  readonly caller: Address;
  /** Whose storage and balance the code works on. A creation's new address. */
  readonly address: Address;
  /** Whose code runs. The same, except in CALLCODE and DELEGATECALL. */
  readonly codeAddress: Address;
  /** What CALLVALUE says. Only a CALL or a creation moves it. */
  readonly valueWei: bigint;
  /** Call data; the init code of a creation. */
  readonly input: Uint8Array;
  readonly gas: bigint;
  readonly isStatic: boolean;
  /** 0 for the message itself. */
  readonly depth: number;
  /** Where the caller wants the output: the size limits it, and nothing beyond the output is written. */
  readonly outputOffset: number;
  readonly outputSizeBytes: number;
}

export type CallKind = "CALL" | "CALLCODE" | "DELEGATECALL" | "STATICCALL" | "CREATE" | "CREATE2";

export function isCreation(kind: CallKind): boolean {
  return kind === "CREATE" || kind === "CREATE2";
}
