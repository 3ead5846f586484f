import { isLowS, keccak256, type RecoveryItem, type RecoveryPool } from "@ghostchain/crypto";
import { type Hash, hashOfBytes } from "@ghostchain/evm";
import {
  addressOfPublicKey,
  decodePooledTransaction,
  ProtocolError,
  type SenderTransaction,
  signingDigest,
  type Transaction,
} from "@ghostchain/protocol";

interface Submission {
  readonly transaction: Transaction;
  readonly encoded: Uint8Array;
  readonly hash: Hash;
  resolve(transaction: SenderTransaction): void;
  reject(error: unknown): void;
}

/**
 * Opens raw transactions: decodes each at once and finds out who sent it together with all others that came in
 * meanwhile. One batch is under way at a time, so the busier the node, the larger its batches, and the order of
 * arrival is kept. Bounded by the recovery pool's own queue.
 */
export class Submissions {
  readonly #recovery: Pick<RecoveryPool, "recover">;
  #waiting: Submission[] = [];
  #draining = false;

  constructor(recovery: Pick<RecoveryPool, "recover">) {
    this.#recovery = recovery;
  }

  /**
   * @param submitted an envelope; a blob transaction may bring its blobs
   * @throws {ProtocolError} `TRANSACTION_MALFORMED`, `TRANSACTION_TYPE_UNSUPPORTED`,
   *   `TRANSACTION_SIGNATURE_INVALID`
   * @throws {CryptoError} `RECOVERY_QUEUE_FULL`
   */
  async open(submitted: Uint8Array): Promise<SenderTransaction> {
    const { transaction, encoded } = decodePooledTransaction(submitted);
    if (!isLowS(transaction.signature.s)) throw invalid("s is in the upper half of its range");
    const hash = hashOfBytes(keccak256(encoded));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ transaction, encoded, hash, resolve, reject });
      if (this.#draining) return;
      this.#draining = true;
      setImmediate(() => void this.#drain());
    });
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        settle(batch, await this.#recovery.recover(batch.map(recoveryItem)));
      } catch (error) {
        for (const submission of batch) submission.reject(error);
      }
    }
    this.#draining = false;
  }
}

function settle(
  batch: readonly Submission[],
  publicKeys: readonly (Uint8Array | undefined)[],
): void {
  batch.forEach(({ transaction, encoded, hash, resolve, reject }, index) => {
    const publicKey = publicKeys[index];
    if (publicKey === undefined) reject(invalid("no public key yields it"));
    else resolve({ transaction, encoded, hash, sender: addressOfPublicKey(publicKey) });
  });
}

function recoveryItem({ transaction }: Submission): RecoveryItem {
  return { digest: signingDigest(transaction), ...transaction.signature };
}

function invalid(reason: string): ProtocolError {
  return new ProtocolError(
    { code: "TRANSACTION_SIGNATURE_INVALID", reason },
    `invalid sender: invalid transaction v, r, s values: ${reason}`,
  );
}
