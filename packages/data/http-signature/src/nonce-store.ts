import { HttpSignatureError } from "./http-signature-error.ts";

/** Remembers what may be used once, until it would not be taken any more. */
export interface NonceStore {
  /** @returns whether this is the first time; of several at once, one has it */
  spend(keyid: string, nonce: string, expiresAtMs: number, nowMs: number): Promise<boolean>;
}

/** For one process. */
export class MemoryNonceStore implements NonceStore {
  readonly #limit: number;
  /** When each may be forgotten; in the order they came, which is nearly the order they expire. */
  readonly #spent = new Map<string, number>();

  constructor(limit = 100_000) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#spent.size;
  }

  /** @throws {HttpSignatureError} `SIGNATURE_NONCES_EXHAUSTED`: to forget one would let it be used again */
  async spend(keyid: string, nonce: string, expiresAtMs: number, nowMs: number): Promise<boolean> {
    const key = JSON.stringify([keyid, nonce]);
    if ((this.#spent.get(key) ?? Number.NEGATIVE_INFINITY) > nowMs) return false;
    this.#sweep(nowMs);
    if (this.#spent.size >= this.#limit) {
      throw new HttpSignatureError({ code: "SIGNATURE_NONCES_EXHAUSTED", status: 429 });
    }
    this.#spent.set(key, expiresAtMs);
    return true;
  }

  #sweep(nowMs: number): void {
    const isFull = this.#spent.size >= this.#limit;
    for (const [key, expiresAtMs] of this.#spent) {
      if (expiresAtMs <= nowMs) this.#spent.delete(key);
      else if (!isFull) return;
    }
  }
}
