import type { ChainEvent, FeedMapper, Product, Projection } from "@ghostchain/product";
import { type AbiEvent, type Address, getAddress, toEventSelector } from "viem";
import { eventDecoder } from "./decode-event.ts";
import type { IndexedBlock, RawLog } from "./source/block.ts";

/** What one product does with one event. */
export interface EventHandler {
  readonly product: Product;
  /** `Contract:Event` */
  readonly key: string;
  readonly projection: Projection | undefined;
  readonly feed: FeedMapper | undefined;
  /** Logs of blocks before it do not count. */
  readonly startBlock: bigint;
  decode(log: RawLog, block: IndexedBlock): ChainEvent;
}

/** Finds who wants a log: by its contract and its first topic. */
export class LogRouter {
  /** The contracts of all products, lower-case, each once. */
  readonly addresses: readonly Address[];
  /** The first block that any of them can be in. */
  readonly startBlock: bigint;
  readonly #handlers = new Map<string, EventHandler[]>();

  constructor(products: readonly Product[]) {
    const contracts = products.flatMap((product) => Object.values(product.contracts));
    this.addresses = [...new Set(contracts.map((c) => c.address.toLowerCase() as Address))].sort();
    this.startBlock = contracts.reduce(
      (first, { startBlock }) => (startBlock < first ? startBlock : first),
      contracts[0]?.startBlock ?? 0n,
    );
    for (const product of products)
      for (const name of Object.keys(product.contracts)) this.#add(product, name);
  }

  /** In the order of the products. */
  handlersOf(log: RawLog): readonly EventHandler[] {
    const handlers = this.#handlers.get(`${log.address}:${log.topics[0]}`) ?? NONE;
    const tooEarly = handlers.some((handler) => log.blockNumber < handler.startBlock);
    return tooEarly ? handlers.filter((h) => log.blockNumber >= h.startBlock) : handlers;
  }

  #add(product: Product, name: string): void {
    const contract = product.contracts[name];
    if (contract === undefined) return;
    const address = getAddress(contract.address);
    for (const event of contract.abi) {
      if (event.type !== "event" || event.anonymous) continue;
      const key = `${name}:${event.name}`;
      const projection = product.projections[key];
      const feed = product.feed[key];
      if (projection === undefined && feed === undefined) continue;
      const slot = `${address.toLowerCase()}:${toEventSelector(event)}`;
      const handlers = this.#handlers.get(slot) ?? [];
      const decode = decoder(event, name, address);
      handlers.push({ product, key, projection, feed, startBlock: contract.startBlock, decode });
      this.#handlers.set(slot, handlers);
    }
  }
}

const NONE: readonly EventHandler[] = [];

function decoder(event: AbiEvent, contract: string, address: Address): EventHandler["decode"] {
  const decode = eventDecoder(event);
  return (log, block) => ({
    contract,
    name: event.name,
    args: decode(log) as Readonly<Record<string, unknown>>,
    address,
    blockNumber: block.number,
    blockHash: block.hash,
    blockTimestampMs: block.timestampMs,
    transactionHash: log.transactionHash,
    logIndex: log.logIndex,
  });
}
