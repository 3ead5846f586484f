import type { BlockAttributes } from "@ghostchain/accounts";
import type { Producer } from "@ghostchain/consensus";
import type { Address, Hash } from "@ghostchain/evm";
import type { ChainSpec, Header, StoredBlock } from "@ghostchain/protocol";
import { DevTime } from "../dev/dev-time.ts";
import { NodeError } from "../node-error.ts";
import { nextSecond, type Outlook, outlookAfter, targetGasLimitOf } from "./outlook.ts";

/** What the block after the head is going to say, by its producer and by what a dev chain's user wants instead. */
export class NextBlock {
  readonly #time = new DevTime();
  readonly #onChange: () => void;
  readonly #spec: ChainSpec;
  #coinbase: Address | undefined;
  #gasLimit: bigint | undefined;
  #baseFeeWei: bigint | undefined;
  #prevRandao: Hash | undefined;

  /** @param onChange what is going to be said has changed, and not because of a block */
  constructor(spec: ChainSpec, onChange: () => void) {
    this.#spec = spec;
    this.#onChange = onChange;
  }

  attributes(parent: Header, producer: Producer, nowMs: number): BlockAttributes {
    const planned = producer.attributes(parent, this.#time.at(nowMs));
    return {
      timestamp: this.#time.toldTimestamp(parent.timestamp) ?? planned.timestamp,
      extraData: planned.extraData,
      coinbase: this.#coinbase ?? planned.coinbase,
      prevRandao: this.#prevRandao ?? planned.prevRandao,
      targetGasLimit: targetGasLimitOf(this.#spec),
      override: { gasLimit: this.#gasLimit, baseFeeWei: this.#baseFeeWei },
    };
  }

  outlook(head: StoredBlock, nowMs: number): Outlook {
    const timestamp = nextSecond(head.block.header, this.#time.at(nowMs));
    const outlook = outlookAfter(this.#spec, head, timestamp);
    return {
      ...outlook,
      gasLimit: this.#gasLimit ?? outlook.gasLimit,
      baseFeeWei: this.#baseFeeWei ?? outlook.baseFeeWei,
    };
  }

  /** What was told for one block has been used. */
  blockMade(nowMs: number): void {
    this.#time.blockMade(nowMs);
    this.#baseFeeWei = undefined;
    this.#prevRandao = undefined;
  }

  /** @throws {NodeError} `DEV_TIMESTAMP_TOO_EARLY` */
  setTimestamp(timestamp: bigint, parent: Header): void {
    const parentTimestamp = parent.timestamp;
    const least = this.#spec.timestamps === "increasing" ? parentTimestamp + 1n : parentTimestamp;
    if (timestamp < least) {
      throw new NodeError(
        { code: "DEV_TIMESTAMP_TOO_EARLY", timestamp, parentTimestamp },
        `Timestamp error: ${timestamp} is lower than the previous block's timestamp ${parentTimestamp}`,
      );
    }
    this.#time.setNext(timestamp);
    this.#onChange();
  }

  /** @returns by how many seconds the chain's clock is ahead of the world's */
  increaseTime(seconds: bigint): bigint {
    const ahead = this.#time.increase(seconds);
    this.#onChange();
    return ahead;
  }

  setTime(timestamp: bigint, nowMs: number): void {
    this.#time.set(timestamp, nowMs);
    this.#onChange();
  }

  /** Undefined: blocks follow the clock. */
  setTimestampInterval(seconds: bigint | undefined): void {
    this.#time.setInterval(seconds);
    this.#onChange();
  }

  /** What `restoreTime` takes. */
  savedTime(): bigint {
    return this.#time.save();
  }

  restoreTime(saved: bigint): void {
    this.#time.restore(saved);
    this.#onChange();
  }

  setCoinbase(address: Address): void {
    this.#coinbase = address;
    this.#onChange();
  }

  setGasLimit(gas: bigint): void {
    this.#gasLimit = gas;
    this.#onChange();
  }

  setBaseFee(wei: bigint): void {
    this.#baseFeeWei = wei;
    this.#onChange();
  }

  setPrevRandao(value: Hash): void {
    this.#prevRandao = value;
    this.#onChange();
  }

  /** Forgets all that was told. */
  reset(): void {
    this.#coinbase = undefined;
    this.#gasLimit = undefined;
    this.#baseFeeWei = undefined;
    this.#prevRandao = undefined;
    this.#time.setInterval(undefined);
    this.restoreTime(0n);
  }
}
