import { IndexerError } from "../indexer-error.ts";
import { unreachable } from "./json-rpc-answer.ts";
import { outcomeOf, type RpcEndpoint } from "./rpc-endpoint.ts";
import type { RpcPool } from "./rpc-pool.ts";

/** How long an endpoint has that is only asked whether it says the same. */
const PATIENCE_MS = 2_000;
/** One that failed as often in a row is not waited for. */
const FAILURES_GONE = 5;
/** Nor is one that is so far behind. */
const BLOCKS_GONE = 16n;
/** However often it is worth waiting for, there is an end to it. */
const INQUIRIES_MAX = 8;
const SUBJECTS_REMEMBERED = 256;

export interface Testimony<T> {
  readonly endpoint: RpcEndpoint;
  readonly said: T;
}

/** Asks all other endpoints what they say of something that one endpoint says alone. */
export class Witnesses {
  readonly #pool: RpcPool;
  /** How often each subject was asked about in vain. */
  readonly #inquiries = new Map<string, number>();

  constructor(pool: RpcPool) {
    this.#pool = pool;
  }

  /**
   * What the others say, as far as they can be asked.
   *
   * @param subject what it is about; `number` is the block that must be there for it
   * @throws {IndexerError} `INDEXER_SOURCE_BEHIND` while one that may know does not answer yet: ask again
   */
  async ask<T>(
    subject: { readonly key: string; readonly number: bigint },
    first: RpcEndpoint,
    question: (endpoint: RpcEndpoint) => Promise<T>,
  ): Promise<Testimony<T>[]> {
    const others = this.#pool.endpoints.filter(
      (one) => one !== first && !this.#pool.isLeftOut(one),
    );
    const told: Testimony<T>[] = [];
    const awaited: RpcEndpoint[] = [];
    const asked = others.map(async (endpoint) => {
      const answer = await this.#one(endpoint, question);
      if ("result" in answer) told.push({ endpoint, said: answer.result });
      else if (this.#isAwaited(endpoint, subject.number, answer.error)) awaited.push(endpoint);
    });
    await Promise.all(asked);
    if (awaited.length > 0 && this.#mayWait(subject.key))
      throw new IndexerError({
        ...{ code: "INDEXER_SOURCE_BEHIND", method: "eth_getLogs" },
        reason: `${awaited.map(({ where }) => where).join(", ")} may know more, and is asked again`,
      });
    this.#inquiries.delete(subject.key);
    return told;
  }

  async #one<T>(endpoint: RpcEndpoint, question: (endpoint: RpcEndpoint) => Promise<T>) {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<{ readonly error: IndexerError }>((resolve) => {
      const reason = new Error(`no answer in ${PATIENCE_MS / 1_000} s`);
      timer = setTimeout(() => {
        resolve({ error: unreachable(endpoint.where, reason) });
      }, PATIENCE_MS);
    });
    const answer = await Promise.race([this.#pool.attempt(endpoint, question), late]);
    clearTimeout(timer);
    if ("error" in answer && outcomeOf(answer.error) === undefined) throw answer.error;
    return answer;
  }

  #isAwaited({ health }: RpcEndpoint, number: bigint, error: unknown): boolean {
    const outcome = outcomeOf(error);
    // What it says is of no use, whatever it says.
    if (outcome === "inconsistent") return false;
    if (outcome === "behind")
      return health.head === undefined || health.head + BLOCKS_GONE > number;
    return health.failures < FAILURES_GONE;
  }

  #mayWait(key: string): boolean {
    const count = (this.#inquiries.get(key) ?? 0) + 1;
    this.#inquiries.set(key, count);
    const [oldest] = this.#inquiries.keys();
    if (this.#inquiries.size > SUBJECTS_REMEMBERED && oldest) this.#inquiries.delete(oldest);
    return count < INQUIRIES_MAX;
  }
}
