import type { TransactionPool } from "@ghostchain/accounts";
import { createOpenProducer, type Schedule } from "@ghostchain/consensus";
import type { Address, Hash } from "@ghostchain/evm";
import type { DevControl } from "@ghostchain/rpc";
import type { Clock } from "@ghostchain/service";
import type { Chain } from "../chain/chain.ts";
import type { MinedWaits } from "../production/mined-waits.ts";
import type { NextBlock } from "../production/next-block.ts";
import type { Production } from "../production/production.ts";
import type { ProductionLoop } from "../production/production-loop.ts";

export interface DevMiningDeps {
  readonly chain: Chain;
  readonly pool: TransactionPool;
  readonly production: Production;
  readonly loop: ProductionLoop;
  readonly nextBlock: NextBlock;
  readonly waits: MinedWaits;
  readonly clock: Clock;
}

type Mining = Pick<
  DevControl,
  | "mine"
  | "increaseTime"
  | "setTime"
  | "setNextBlockTimestamp"
  | "setBlockTimestampInterval"
  | "setAutomine"
  | "automine"
  | "setIntervalMining"
  | "setCoinbase"
  | "setNextBaseFee"
  | "setMinimumGasPrice"
  | "setBlockGasLimit"
  | "setPrevRandao"
  | "dropTransaction"
  | "dropAllTransactions"
>;

/** When blocks are made and what is in them, as a test wants it. */
export class DevMining implements Mining {
  readonly #deps: DevMiningDeps;
  #automine: boolean;
  #intervalMs: number;

  constructor(deps: DevMiningDeps) {
    const { production } = deps.chain.spec;
    this.#deps = deps;
    this.#automine = production.kind === "instant";
    this.#intervalMs = production.kind === "interval" ? production.blockTimeMs : 0;
  }

  async mine(options: {
    count: number;
    intervalSeconds?: bigint;
    timestamp?: bigint;
  }): Promise<Hash[]> {
    const { production, nextBlock } = this.#deps;
    const { count, intervalSeconds = 0n, timestamp } = options;
    if (timestamp !== undefined) this.setNextBlockTimestamp(timestamp);
    return await production.mine(count, () => nextBlock.increaseTime(intervalSeconds));
  }

  increaseTime(seconds: bigint): bigint {
    return this.#deps.nextBlock.increaseTime(seconds);
  }

  setTime(timestamp: bigint): void {
    const { nextBlock, clock } = this.#deps;
    nextBlock.setTime(timestamp, clock.now());
  }

  setNextBlockTimestamp(timestamp: bigint): void {
    const { nextBlock, chain } = this.#deps;
    nextBlock.setTimestamp(timestamp, chain.head.block.header);
  }

  setBlockTimestampInterval(seconds: bigint | undefined): void {
    this.#deps.nextBlock.setTimestampInterval(seconds);
  }

  automine(): boolean {
    return this.#automine;
  }

  setAutomine(enabled: boolean): void {
    this.#automine = enabled;
    this.#reschedule();
  }

  setIntervalMining(intervalMs: number): void {
    this.#intervalMs = intervalMs;
    if (intervalMs > 0) this.#automine = false;
    this.#reschedule();
  }

  setCoinbase(address: Address): void {
    this.#deps.nextBlock.setCoinbase(address);
  }

  setNextBaseFee(wei: bigint): void {
    this.#deps.nextBlock.setBaseFee(wei);
  }

  setMinimumGasPrice(minimumTipWei: bigint): void {
    const { pool } = this.#deps;
    pool.setLimits({ ...pool.limits, minimumTipWei });
  }

  setBlockGasLimit(gas: bigint): void {
    this.#deps.nextBlock.setGasLimit(gas);
  }

  setPrevRandao(value: Hash): void {
    this.#deps.nextBlock.setPrevRandao(value);
  }

  dropTransaction(hash: Hash): boolean {
    this.#deps.waits.release([hash]);
    return this.#deps.pool.remove(hash);
  }

  dropAllTransactions(): void {
    this.#deps.waits.releaseAll();
    this.#deps.pool.clear();
  }

  #reschedule(): void {
    const { chain, production, loop, pool, waits } = this.#deps;
    const { coinbase, extraData } = chain.spec.production;
    const timestampRule = chain.spec.timestamps;
    production.setProducer(
      createOpenProducer({ schedule: this.#schedule(), coinbase, extraData, timestampRule }),
    );
    pool.setLimits({ ...pool.limits, feeBelowBaseFee: this.#automine ? "refuse" : "wait" });
    if (!this.#automine) waits.releaseAll();
    loop.reschedule();
  }

  #schedule(): Schedule {
    if (this.#automine) return { kind: "instant" };
    if (this.#intervalMs === 0) return { kind: "manual" };
    return { kind: "interval", blockTimeMs: this.#intervalMs };
  }
}
