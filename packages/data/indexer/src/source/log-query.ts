import type { Address, Hash } from "viem";
import type { RawLog } from "./block.ts";
import { type BloomBits, bloomBits, type LogBloom } from "./log-bloom.ts";

/** Logs of certain contracts, or, where those are too many to name, logs that begin with certain topics. */
export class LogQuery {
  /** Lower-case; undefined for any. */
  readonly addresses: readonly Address[] | undefined;
  /** First topics; undefined for any. */
  readonly topics: readonly Hash[] | undefined;
  readonly #wanted: ReadonlySet<string>;
  #bits: readonly BloomBits[] | undefined;

  private constructor(addresses?: readonly Address[], topics?: readonly Hash[]) {
    this.addresses = addresses;
    this.topics = topics;
    this.#wanted = new Set<string>(addresses ?? topics ?? []);
  }

  static ofContracts(addresses: readonly Address[]): LogQuery {
    return new LogQuery(addresses);
  }

  static ofTopics(topics: readonly Hash[]): LogQuery {
    return new LogQuery(undefined, topics);
  }

  /** False where a block of this bloom has certainly none of them. */
  mayMatch(bloom: LogBloom): boolean {
    this.#bits ??= (this.addresses ?? this.topics ?? []).map(bloomBits);
    return this.#bits.some((bits) => bloom.mayHave(bits));
  }

  /** Whether `log` is one of those that were asked for. */
  matches(log: RawLog): boolean {
    return this.#wanted.has(this.addresses ? log.address : (log.topics[0] ?? ""));
  }

  /** As `eth_getLogs` takes it, without its blocks. */
  toFilter(): { address?: readonly Address[]; topics?: readonly (readonly Hash[])[] } {
    if (this.addresses !== undefined) return { address: this.addresses };
    return { topics: [this.topics ?? []] };
  }
}

/** In the order of the chain, each once: a log may match several queries. */
export function mergeLogs(lists: readonly (readonly RawLog[])[]): readonly RawLog[] {
  const [only] = lists;
  if (only !== undefined && lists.length === 1) return only;
  const sorted = lists.flat().sort(inOrder);
  return sorted.filter((log, index) => {
    const before = sorted[index - 1];
    return before === undefined || inOrder(before, log) !== 0;
  });
}

function inOrder(a: RawLog, b: RawLog): number {
  if (a.blockNumber !== b.blockNumber) return a.blockNumber < b.blockNumber ? -1 : 1;
  return a.logIndex - b.logIndex;
}
