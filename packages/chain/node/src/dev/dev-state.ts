import { keccak256 } from "@ghostchain/crypto";
import {
  type Account,
  type AccountChange,
  type Address,
  EMPTY_CODE_HASH,
  type Hash,
  hashOfBytes,
} from "@ghostchain/evm";
import type { DevControl } from "@ghostchain/rpc";
import type { Chain } from "../chain/chain.ts";
import type { Lane } from "../chain/lane.ts";
import { changesOfDump, dumpState } from "./state-dump.ts";

const NO_STORAGE: ReadonlyMap<bigint, bigint> = new Map();

/** The head's state, changed by decree: part of what later blocks build on, and of no block's own doing. */
export class DevState
  implements
    Pick<
      DevControl,
      "setBalance" | "setCode" | "setNonce" | "setStorage" | "dumpState" | "loadState"
    >
{
  readonly #chain: Chain;
  readonly #lane: Lane;

  constructor(chain: Chain, lane: Lane) {
    this.#chain = chain;
    this.#lane = lane;
  }

  setBalance(address: Address, balanceWei: bigint): Promise<void> {
    return this.#edit(address, (account) => ({ ...account, balanceWei }));
  }

  setNonce(address: Address, nonce: bigint): Promise<void> {
    return this.#edit(address, (account) => ({ ...account, nonce }));
  }

  setCode(address: Address, code: Uint8Array): Promise<void> {
    const codeHash = code.length === 0 ? EMPTY_CODE_HASH : hashOfBytes(keccak256(code));
    const codes = new Map(code.length === 0 ? [] : [[codeHash, code] as const]);
    return this.#edit(address, (account) => ({ ...account, codeHash }), NO_STORAGE, codes);
  }

  setStorage(address: Address, slot: bigint, value: bigint): Promise<void> {
    return this.#edit(address, (account) => account, new Map([[slot, value]]));
  }

  dumpState(): Promise<Uint8Array> {
    return this.#lane.run(() => dumpState(this.#chain.headState()));
  }

  loadState(dump: Uint8Array): Promise<void> {
    const changes = changesOfDump(dump);
    return this.#lane.run(() => this.#chain.edit(changes));
  }

  #edit(
    address: Address,
    edited: (account: Account) => Account,
    storage: ReadonlyMap<bigint, bigint> = NO_STORAGE,
    code: ReadonlyMap<Hash, Uint8Array> = new Map(),
  ): Promise<void> {
    return this.#lane.run(() => {
      const { reader } = this.#chain.headState();
      const account = edited(reader.account(address) ?? NOBODY);
      const isGone = isEmpty(account) && storage.size === 0 && !reader.hasStorage(address);
      const change: AccountChange = {
        account: isGone ? undefined : account,
        storageCleared: false,
        storage,
      };
      return this.#chain.edit({ accounts: new Map([[address, change]]), code });
    });
  }
}

const NOBODY: Account = { nonce: 0n, balanceWei: 0n, codeHash: EMPTY_CODE_HASH };

/** Accounts that are empty are not there (EIP-161). */
function isEmpty({ nonce, balanceWei, codeHash }: Account): boolean {
  return nonce === 0n && balanceWei === 0n && codeHash === EMPTY_CODE_HASH;
}
