import { type Address, EMPTY_CODE_HASH, type Hash } from "@ghostchain/evm";
import type { SenderTransaction } from "@ghostchain/protocol";
import type { PoolHead } from "./admission.ts";

/** Transactions and heads for the tests of the pool. Nothing here is signed. */

export const ALICE = addressOf(0xa11ce);
export const BOB = addressOf(0xb0b);
export const CAROL = addressOf(0xca401);

export interface Draft {
  readonly sender?: Address;
  readonly nonce: number;
  readonly tipWei?: number;
  readonly maxFeeWei?: number;
  readonly valueWei?: bigint;
  readonly gasLimit?: bigint;
}

let serial = 0;

/** A transfer, different from every other even where all that is named is the same. */
export function transfer(draft: Draft): SenderTransaction {
  serial += 1;
  const maxFeeWei = draft.maxFeeWei ?? 1_000 + (draft.tipWei ?? 1);
  return {
    transaction: {
      type: 2,
      chainId: 31_337n,
      nonce: BigInt(draft.nonce),
      gasLimit: draft.gasLimit ?? 21_000n,
      to: BOB,
      valueWei: draft.valueWei ?? 0n,
      data: new Uint8Array(),
      maxFeePerGasWei: BigInt(maxFeeWei),
      maxPriorityFeePerGasWei: BigInt(draft.tipWei ?? 1),
      accessList: [],
      signature: { yParity: 0, r: 1n, s: 1n },
    },
    hash: `0x${serial.toString(16).padStart(64, "0")}` as Hash,
    sender: draft.sender ?? ALICE,
    encoded: new Uint8Array(110),
  };
}

export interface Funds {
  readonly nonce?: number;
  readonly balanceWei?: bigint;
}

/** Every account not named has a nonce of zero and more than it can spend. */
export function headWith(
  accounts: ReadonlyMap<Address, Funds> = new Map(),
  changes: Partial<PoolHead> = {},
): PoolHead {
  return {
    state: {
      account: (address) => ({
        nonce: BigInt(accounts.get(address)?.nonce ?? 0),
        balanceWei: accounts.get(address)?.balanceWei ?? 10n ** 24n,
        codeHash: EMPTY_CODE_HASH,
      }),
      code: () => new Uint8Array(),
    },
    chainId: 31_337n,
    hardfork: "osaka",
    baseFeeWei: 1_000n,
    blobBaseFeeWei: 1n,
    maxBlobCount: 6,
    gasLimit: 30_000_000n,
    ...changes,
  };
}

function addressOf(value: number): Address {
  return `0x${value.toString(16).padStart(40, "0")}` as Address;
}
