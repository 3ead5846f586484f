import { keccak256 } from "@ghostchain/crypto";
import {
  type AccountChange,
  type Address,
  EMPTY_CODE_HASH,
  type Hash,
  hashOfBytes,
  type StateChanges,
} from "@ghostchain/evm";
import { type Block, type ChainSpec, genesisHeader, headerHash } from "@ghostchain/protocol";
import { type FullAccount, stateRootOf } from "../trie/trie-root.ts";

export interface Genesis {
  readonly block: Block;
  readonly hash: Hash;
  /** What turns an empty state into that of the genesis block. */
  readonly changes: StateChanges;
}

/** The first block of the chain that `spec` describes. */
export function createGenesis(spec: ChainSpec): Genesis {
  const accounts = new Map<Address, AccountChange>();
  const full = new Map<Address, FullAccount>();
  const codes = new Map<Hash, Uint8Array>();
  for (const [address, { balanceWei, nonce, code, storage }] of spec.genesis.alloc) {
    const codeHash = code.length === 0 ? EMPTY_CODE_HASH : hashOfBytes(keccak256(code));
    if (code.length > 0) codes.set(codeHash, code);
    const account = { nonce, balanceWei, codeHash };
    accounts.set(address, { account, storageCleared: false, storage });
    full.set(address, { ...account, storage });
  }
  const header = genesisHeader(spec, stateRootOf(full));
  const withdrawals = header.withdrawalsRoot === undefined ? undefined : [];
  return {
    block: { header, transactions: [], ommers: [], withdrawals },
    hash: headerHash(header),
    changes: { accounts, code: codes },
  };
}
