import { keccak256 } from "@ghostchain/crypto";
import { type Address, hashOfBytes } from "@ghostchain/evm";
import {
  encodeTransaction,
  type SenderTransaction,
  type Transaction,
  type UnsignedTransaction,
} from "@ghostchain/protocol";

/** As many as could have transactions waiting at once in a reasonable test. */
const SENDERS_KEPT = 4_096;

/** Accounts a dev chain sends from without their keys. */
export class Impersonation {
  readonly #accounts = new Set<Address>();
  readonly #senders = new Set<Address>();
  #anyone = false;

  /** Whether the account has lately sent something without its key, and may have code all the same. */
  hasSent(address: Address): boolean {
    return this.#senders.has(address);
  }

  get hasSenders(): boolean {
    return this.#senders.size > 0;
  }

  allows(address: Address): boolean {
    return this.#anyone || this.#accounts.has(address);
  }

  addresses(): Iterable<Address> {
    return this.#accounts;
  }

  /** A transaction from this account, with a signature that is none. */
  forge(unsigned: UnsignedTransaction, sender: Address): SenderTransaction {
    this.#senders.add(sender);
    for (const oldest of this.#senders) {
      if (this.#senders.size <= SENDERS_KEPT) break;
      this.#senders.delete(oldest);
    }
    return forgeTransaction(unsigned, sender);
  }

  start(address: Address): void {
    this.#accounts.add(address);
  }

  stop(address: Address): void {
    this.#accounts.delete(address);
  }

  setAnyone(enabled: boolean): void {
    this.#anyone = enabled;
  }
}

/**
 * A transaction from an account whose key nobody here has. Its signature is none; it holds the sender's address, so
 * that the same call from two accounts is two transactions. The sender is kept beside it wherever it goes.
 */
function forgeTransaction(unsigned: UnsignedTransaction, sender: Address): SenderTransaction {
  const signature = { yParity: 0, r: BigInt(sender) + 1n, s: 1n } as const;
  const transaction: Transaction = { ...unsigned, signature };
  const encoded = encodeTransaction(transaction);
  return { transaction, encoded, sender, hash: hashOfBytes(keccak256(encoded)) };
}
