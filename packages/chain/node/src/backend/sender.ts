import type { TransactionPool } from "@ghostchain/accounts";
import { type Hash, includesFork } from "@ghostchain/evm";
import type { SenderTransaction } from "@ghostchain/protocol";
import type { AccountHolder, TransactionRequest } from "@ghostchain/rpc";
import type { Clock } from "@ghostchain/service";
import type { Chain } from "../chain/chain.ts";
import type { Impersonation } from "../dev/impersonation.ts";
import type { MinedWaits } from "../production/mined-waits.ts";
import type { NextBlock } from "../production/next-block.ts";
import type { Production } from "../production/production.ts";
import type { ProductionLoop } from "../production/production-loop.ts";
import { fillRequest } from "./fill-request.ts";
import type { KeyRing } from "./key-ring.ts";
import type { Submissions } from "./submissions.ts";
import type { TipOracle } from "./tip-oracle.ts";

export interface SenderDeps {
  readonly chain: Chain;
  readonly pool: TransactionPool;
  readonly submissions: Submissions;
  readonly production: Production;
  readonly loop: ProductionLoop;
  readonly nextBlock: NextBlock;
  readonly tips: TipOracle;
  readonly waits: MinedWaits;
  readonly keys: KeyRing;
  readonly impersonation: Impersonation;
  readonly clock: Clock;
  announce(transaction: SenderTransaction): void;
}

/** The way of a transaction into the pool. */
export class Sender implements AccountHolder {
  readonly #deps: SenderDeps;

  constructor(deps: SenderDeps) {
    this.#deps = deps;
  }

  /**
   * Resolves once the transaction is pooled; where every transaction has a block at once, once that is durable.
   *
   * @throws {ProtocolError} what `Submissions.open` throws
   * @throws {PoolError} the rule it breaks
   */
  async submit(submitted: Uint8Array): Promise<Hash> {
    return this.#enter(await this.#deps.submissions.open(submitted));
  }

  /** @throws {NodeError} `NODE_ACCOUNT_UNKNOWN`; what `submit` throws */
  async sendFrom(request: TransactionRequest): Promise<Hash> {
    const { impersonation, keys } = this.#deps;
    if (keys.has(request.from) || !impersonation.allows(request.from)) {
      return this.#enter(this.signTransaction(request));
    }
    return this.#enter(impersonation.forge(this.#fill(request), request.from));
  }

  addresses() {
    const { keys, impersonation } = this.#deps;
    return [...new Set([...keys.addresses(), ...impersonation.addresses()])];
  }

  signDigest(...parameters: Parameters<AccountHolder["signDigest"]>) {
    return this.#deps.keys.signDigest(...parameters);
  }

  signTransaction(request: TransactionRequest): SenderTransaction {
    return this.#deps.keys.sign(request.from, this.#fill(request));
  }

  async #enter(transaction: SenderTransaction): Promise<Hash> {
    const { pool, production, loop, waits, announce } = this.#deps;
    const status = pool.add(transaction);
    announce(transaction);
    const hasBlockAtOnce = status === "pending" && !production.producer.makesEmptyBlocks;
    const mined = hasBlockAtOnce ? waits.until(transaction.hash) : undefined;
    loop.poke();
    await mined;
    return transaction.hash;
  }

  #fill(request: TransactionRequest) {
    const { chain, pool, nextBlock, tips, clock } = this.#deps;
    const outlook = nextBlock.outlook(chain.head, clock.now());
    return fillRequest(request, {
      ...outlook,
      chainId: chain.spec.chainId,
      nonce: pool.pendingNonce(request.from),
      baseFeeWei: includesFork(outlook.hardfork, "london") ? outlook.baseFeeWei : undefined,
      tipWei: tips.suggestedTipWei(),
    });
  }
}
