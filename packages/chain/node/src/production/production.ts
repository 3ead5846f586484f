import type { TransactionPool } from "@ghostchain/accounts";
import type { Producer } from "@ghostchain/consensus";
import type { Hash } from "@ghostchain/evm";
import type { Clock } from "@ghostchain/service";
import { Branch } from "../chain/branch.ts";
import type { Chain } from "../chain/chain.ts";
import type { Lane } from "../chain/lane.ts";
import type { Machines } from "../chain/machines.ts";
import type { NodeMetrics } from "../metrics.ts";
import { type MadeBlock, makeBlock, type TransactionSource } from "./block-maker.ts";
import type { MinedWaits } from "./mined-waits.ts";
import type { NextBlock } from "./next-block.ts";

export interface ProductionDeps {
  readonly chain: Chain;
  readonly pool: TransactionPool;
  readonly lane: Lane;
  readonly machines: Machines;
  readonly nextBlock: NextBlock;
  readonly waits: MinedWaits;
  readonly clock: Clock;
  readonly metrics: NodeMetrics;
}

/** Blocks put on one another before they are written together. */
const BATCH_BLOCKS = 128;

/** Makes this node's own blocks out of its pool. */
export class Production {
  readonly #deps: ProductionDeps;
  #producer: Producer;
  #lastSealed: { readonly hash: Hash; readonly atMs: number } | undefined;

  constructor(deps: ProductionDeps, producer: Producer) {
    this.#deps = deps;
    this.#producer = producer;
  }

  get producer(): Producer {
    return this.#producer;
  }

  setProducer(producer: Producer): void {
    this.#producer = producer;
  }

  /** When this node sealed the block, if it is the last one that it made: in milliseconds. */
  sealedAtMs(hash: Hash): number | undefined {
    return this.#lastSealed?.hash === hash ? this.#lastSealed.atMs : undefined;
  }

  /** Whether a block made now would take a transaction. */
  hasPending(): boolean {
    return this.#deps.pool.select().peek() !== undefined;
  }

  /** Makes the block that is due. False where it would have been empty and empty ones are not made. */
  async produce(): Promise<boolean> {
    const { lane, waits } = this.#deps;
    try {
      return await lane.run(() => this.#produce());
    } catch (error) {
      waits.refuseAll(error);
      throw error;
    }
  }

  /**
   * Makes so many blocks, the first ones of what the pool has.
   *
   * @param beforeNext runs before each block but the first
   * @returns their hashes, oldest first
   */
  mine(count: number, beforeNext: () => void): Promise<Hash[]> {
    return this.#deps.lane.run(async () => {
      const hashes: Hash[] = [];
      while (hashes.length < count) {
        const isFirst = hashes.length === 0;
        if (!isFirst) beforeNext();
        const made = this.#make(this.headBranch(), this.#deps.pool.select());
        this.#dropRefused(made);
        await this.#commit(made);
        hashes.push(made.executed.record.stored.hash);
        if (this.hasPending()) continue;
        hashes.push(...(await this.#mineEmpty(count - hashes.length, beforeNext)));
      }
      this.#deps.waits.releaseAll();
      return hashes;
    });
  }

  /** A block as it would be made now. Nothing is kept of it. */
  preview(): MadeBlock {
    const { chain, pool, machines, nextBlock, clock } = this.#deps;
    const branch = this.headBranch();
    const parent = branch.tip.block.header;
    const attributes = nextBlock.attributes(parent, this.#producer, clock.now());
    const site = { spec: chain.spec, machines };
    return makeBlock(site, branch, attributes, pool.select(), this.#timer());
  }

  headBranch(): Branch {
    const { chain } = this.#deps;
    return new Branch(chain.head, chain.headState(), chain.hashOf);
  }

  async #produce(): Promise<boolean> {
    const made = this.#make(this.headBranch(), this.#deps.pool.select());
    this.#dropRefused(made);
    const isWanted = made.executed.record.envelopes.length > 0 || this.#producer.makesEmptyBlocks;
    if (isWanted) await this.#commit(made);
    // Whoever still waits does so for a block that nobody is about to make.
    if (!this.hasPending()) this.#deps.waits.releaseAll();
    return isWanted;
  }

  /** Empty blocks are many and small: a batch of them is one write. */
  async #mineEmpty(count: number, beforeNext: () => void): Promise<Hash[]> {
    const hashes: Hash[] = [];
    while (hashes.length < count && !this.hasPending()) {
      const branch = this.headBranch();
      const size = Math.min(BATCH_BLOCKS, count - hashes.length);
      for (let made = 0; made < size; made += 1) {
        beforeNext();
        branch.add(this.#make(branch, NOTHING).executed);
        this.#deps.nextBlock.blockMade(this.#deps.clock.now());
      }
      await this.#deps.chain.extend(branch.blocks);
      hashes.push(...branch.blocks.map(({ record }) => record.stored.hash));
    }
    return hashes;
  }

  #make(branch: Branch, source: TransactionSource): MadeBlock {
    const { chain, machines, nextBlock, clock, metrics } = this.#deps;
    const stopTimer = metrics.executeSeconds.startTimer();
    const parent = branch.tip.block.header;
    const attributes = nextBlock.attributes(parent, this.#producer, clock.now());
    const site = { spec: chain.spec, machines };
    const made = makeBlock(site, branch, attributes, source, this.#timer());
    stopTimer();
    return made;
  }

  async #commit({ executed }: MadeBlock): Promise<void> {
    const { chain, nextBlock, clock } = this.#deps;
    const atMs = clock.now();
    this.#lastSealed = { hash: executed.record.stored.hash, atMs };
    nextBlock.blockMade(atMs);
    await chain.extend([executed]);
  }

  /** A refusal may mean that the sender's account is not what the pool thinks. */
  #dropRefused({ refused }: MadeBlock): void {
    const { pool, waits } = this.#deps;
    for (const { transaction, reason } of refused) {
      pool.remove(transaction.hash);
      pool.refresh(transaction.sender);
      waits.refuse(transaction.hash, reason);
    }
  }

  #timer(): () => boolean {
    const { clock } = this.#deps;
    const endsMs = clock.now() + this.#producer.fillMs;
    return () => clock.now() >= endsMs;
  }
}

const NOTHING: TransactionSource = { peek: () => undefined, take: () => {}, skip: () => {} };
