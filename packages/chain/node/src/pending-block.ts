import type { TransactionPool } from "@ghostchain/accounts";
import type { Clock } from "@ghostchain/service";
import type { Chain } from "./chain.ts";
import type { ExecutedBlock } from "./executed-block.ts";
import type { Production } from "./production.ts";

/** How long one stands for the next, so that its timestamp does not fall behind the clock. */
const LIFE_MS = 1_000;

/** The block that would be made now, worked out when somebody asks and again when something has changed. */
export class PendingBlock {
  readonly #deps: { chain: Chain; pool: TransactionPool; production: Production; clock: Clock };
  #made: { readonly block: ExecutedBlock; readonly version: string } | undefined;

  constructor(deps: { chain: Chain; pool: TransactionPool; production: Production; clock: Clock }) {
    this.#deps = deps;
  }

  current(): ExecutedBlock {
    const { chain, pool, production, clock } = this.#deps;
    const version = `${chain.revision}/${pool.version}/${Math.floor(clock.now() / LIFE_MS)}`;
    if (this.#made?.version === version) return this.#made.block;
    const { executed } = production.preview();
    this.#made = { block: executed, version };
    return executed;
  }

  /** The one shown last, if it is the one meant; it is gone when another is asked for. */
  shown(hash: string): ExecutedBlock | undefined {
    return this.#made?.block.record.stored.hash === hash ? this.#made.block : undefined;
  }
}
