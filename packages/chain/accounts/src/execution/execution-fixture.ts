import { keccak256 } from "@ghostchain/crypto";
import { EMPTY_BYTES } from "@ghostchain/encoding";
import {
  type Account,
  type Address,
  addressOfWord,
  type BlockContext,
  createReferenceEvm,
  EMPTY_CODE_HASH,
  type Hardfork,
  type Hash,
  hashOfBytes,
  type StateReader,
} from "@ghostchain/evm";
import type { FeeMarketTransaction, Transaction } from "@ghostchain/protocol";
import type { BlockExecution } from "./execute-transaction.ts";

export const SENDER = addressOfWord(0x5e4dn);
export const RECIPIENT = addressOfWord(0x4ec1n);
export const COINBASE = addressOfWord(0xc014n);
export const CHAIN_ID = 31337n;
const BASE_FEE_WEI = 10n;
export const SIGNATURE = { yParity: 0, r: 1n, s: 1n } as const;

export interface Held {
  readonly nonce?: bigint;
  readonly balanceWei?: bigint;
  readonly code?: Uint8Array;
  readonly storage?: ReadonlyMap<bigint, bigint>;
}

/** A block in the making, on a state with a rich sender. */
export function blockOn(
  accounts: readonly (readonly [Address, Held])[] = [],
  hardfork: Hardfork = "osaka",
  block: Partial<BlockContext> = {},
): BlockExecution {
  const evm = createReferenceEvm({ hardfork });
  const held = new Map<Address, Held>([[SENDER, { balanceWei: 10n ** 18n }], ...accounts]);
  return {
    evm,
    world: evm.createWorld(stateOf(held)),
    availableGas: 30_000_000n,
    availableBlobGas: 9n * 131_072n,
    block: {
      number: 1n,
      timestamp: 1n,
      coinbase: COINBASE,
      gasLimit: 30_000_000n,
      baseFeeWei: BASE_FEE_WEI,
      difficulty: 0n,
      prevRandao: 0n,
      blobBaseFeeWei: 2n,
      chainId: CHAIN_ID,
      blockHash: () => undefined,
      ...block,
    },
  };
}

/** A transfer of nothing at 3 wei over the base fee. */
export function transferOf(fields: Partial<FeeMarketTransaction> = {}): FeeMarketTransaction {
  return {
    type: 2,
    chainId: CHAIN_ID,
    nonce: 0n,
    maxFeePerGasWei: 20n,
    maxPriorityFeePerGasWei: 3n,
    gasLimit: 100_000n,
    to: RECIPIENT,
    valueWei: 0n,
    data: EMPTY_BYTES,
    accessList: [],
    signature: SIGNATURE,
    ...fields,
  };
}

export function fromSender(transaction: Transaction) {
  return { transaction, sender: SENDER };
}

function stateOf(accounts: ReadonlyMap<Address, Held>): StateReader {
  const heads = new Map<Address, Account>();
  const codes = new Map<Hash, Uint8Array>();
  for (const [address, { nonce = 0n, balanceWei = 0n, code = EMPTY_BYTES }] of accounts) {
    const codeHash = code.length === 0 ? EMPTY_CODE_HASH : hashOfBytes(keccak256(code));
    codes.set(codeHash, code);
    heads.set(address, { nonce, balanceWei, codeHash });
  }
  return {
    account: (address) => heads.get(address),
    storage: (address, slot) => accounts.get(address)?.storage?.get(slot) ?? 0n,
    code: (codeHash) => codes.get(codeHash) ?? EMPTY_BYTES,
    hasStorage: (address) => (accounts.get(address)?.storage?.size ?? 0) > 0,
  };
}
