import {
  type Account,
  type Address,
  createPublicClient,
  createWalletClient,
  type Hash,
  keccak256,
  type PublicClient,
  parseEther,
  type TransactionReceipt,
  type Transport,
  toHex,
  type WalletClient,
} from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { GhostnetDevError } from "./dev-error.ts";

const RECEIPT_POLL_MS = 150;
const RECEIPT_TIMEOUT_MS = 60_000;
/** A transaction that the chain does not know for so many looks was lost: by a revert, a reset or a kill. */
const UNKNOWN_MAX = 8;
const GAS_MONEY_WEI = parseEther("10");

/** A chain whose first account is unlocked and rich: ours in dev mode, anvil, hardhat. */
export class DevChain {
  readonly client: PublicClient;
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
    this.client = createPublicClient({ transport, cacheTime: 0 });
  }

  /** An account of our own whose key everyone can derive from `name`: for dev chains and nothing else. */
  account(name: string): DevAccount {
    const account = privateKeyToAccount(keccak256(toHex(`ghostnet:${name}`)));
    return { account, wallet: createWalletClient({ account, transport: this.#transport }) };
  }

  /**
   * The receipt of a transaction that succeeded.
   *
   * @throws {GhostnetDevError} `TRANSACTION_REVERTED`; `TRANSACTION_NOT_MINED` after a minute, or once the chain no
   *   longer knows it
   */
  async mined(hash: Hash, signal?: AbortSignal): Promise<TransactionReceipt> {
    const untilMs = performance.now() + RECEIPT_TIMEOUT_MS;
    for (let unknown = 0; ; ) {
      signal?.throwIfAborted();
      const receipt = await this.client.getTransactionReceipt({ hash }).catch(() => undefined);
      if (receipt?.status === "success") return receipt;
      if (receipt) throw new GhostnetDevError({ code: "TRANSACTION_REVERTED", hash });
      // a chain that does not answer has lost nothing yet
      const known = await this.client
        .getTransaction({ hash })
        .catch((error: Error) => error.name !== "TransactionNotFoundError");
      unknown = known ? 0 : unknown + 1;
      if (unknown > UNKNOWN_MAX || performance.now() > untilMs) {
        throw new GhostnetDevError({ code: "TRANSACTION_NOT_MINED", hash });
      }
      await new Promise((wake) => setTimeout(wake, RECEIPT_POLL_MS));
    }
  }

  /** Accounts that the chain itself holds keys of. */
  unlockedAccounts(): Promise<readonly Address[]> {
    return createWalletClient({ transport: this.#transport }).getAddresses();
  }

  /** Ether for gas, from the chain's first account, to those that have next to none. */
  async fundGas(addresses: readonly Address[], signal?: AbortSignal): Promise<void> {
    const treasury = createWalletClient({ transport: this.#transport });
    const [giver] = await this.unlockedAccounts();
    if (!giver) throw new GhostnetDevError({ code: "NO_DEV_ACCOUNT" });
    const poor: Address[] = [];
    for (const address of addresses) {
      if ((await this.client.getBalance({ address })) < GAS_MONEY_WEI / 2n) poor.push(address);
    }
    const gifts: Hash[] = [];
    for (const to of poor) {
      gifts.push(
        await treasury.sendTransaction({ account: giver, to, value: GAS_MONEY_WEI, chain: null }),
      );
    }
    if (gifts.length > 0) await this.mineNow();
    for (const hash of gifts) await this.mined(hash, signal);
  }

  /** Spares the wait for the next block, where the chain lets us; where not, it comes by itself. */
  async mineNow(): Promise<void> {
    await this.client.request({ method: "evm_mine" as never }).catch(() => undefined);
  }
}

export interface DevAccount {
  readonly account: Account;
  readonly wallet: WalletClient<Transport, undefined, Account>;
}
