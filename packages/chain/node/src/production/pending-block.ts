import type { TransactionPool } from "@ghostchain/accounts";
import type { Clock } from "@ghostchain/service";
import type { Chain } from "../chain/chain.ts";
import type { ExecutedBlock } from "../chain/executed-block.ts";
import type { Production } from "./production.ts";

export interface PendingBlockDeps {
  readonly chain: Chain;
  readonly pool: TransactionPool;
  readonly production: Production;
  readonly clock: Clock;
}

/** How long one stands for the next, so that its timestamp does not fall behind the clock. */
const LIFE_MS = 1_000;
/** One that took longer to make stays for a multiple of that, though the pool has grown since. */
const COSTLY_MS = 20;
const COSTLY_LIFE = 4;

/** The block that would be made now, worked out when somebody asks and again when something has changed. */
export class PendingBlock {
  readonly #deps: PendingBlockDeps;
  #block: ExecutedBlock | undefined;
  #madeAtMs = 0;
  #costMs = 0;
  #revision = 0;
  #poolVersion = 0;

  constructor(deps: PendingBlockDeps) {
    this.#deps = deps;
  }

  current(): ExecutedBlock {
    if (this.#block !== undefined && this.#isGood()) return this.#block;
    const { chain, pool, production, clock } = this.#deps;
    this.#madeAtMs = clock.now();
    this.#revision = chain.revision;
    this.#poolVersion = pool.version;
    this.#block = production.preview().executed;
    this.#costMs = clock.now() - this.#madeAtMs;
    return this.#block;
  }

  /** The one shown last, if it is the one meant; it is gone when another is asked for. */
  shown(hash: string): ExecutedBlock | undefined {
    return this.#block?.record.stored.hash === hash ? this.#block : undefined;
  }

  #isGood(): boolean {
    const { chain, pool, clock } = this.#deps;
    const ageMs = clock.now() - this.#madeAtMs;
    if (chain.revision !== this.#revision) return false;
    if (this.#costMs > COSTLY_MS && ageMs < this.#costMs * COSTLY_LIFE) return true;
    return pool.version === this.#poolVersion && ageMs < LIFE_MS;
  }
}
