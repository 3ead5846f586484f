import type {
  ChainEvent,
  FeedMapper,
  Product,
  ProductContract,
  Projection,
} from "@ghostchain/product";
import { type AbiEvent, type Address, getAddress, toEventSelector } from "viem";
import { childKinds } from "./child-kinds.ts";
import { type ChildKind, ChildRegistry } from "./child-registry.ts";
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

/** Finds who wants a log: by its contract, or the factory that made it, and its first topic. */
export class LogRouter {
  /** The contracts of all products that have an address, lower-case, each once. */
  readonly addresses: readonly Address[];
  /** The first block that any of them can be in. */
  readonly startBlock: bigint;
  /** The children known so far, which whoever writes blocks keeps up. */
  readonly children: ChildRegistry;
  readonly #handlers = new Map<string, EventHandler[]>();
  readonly #childHandlers = new Map<string, { kind: ChildKind; handler: EventHandler }[]>();

  constructor(products: readonly Product[]) {
    const contracts = products.flatMap((product) => Object.values(product.contracts));
    const deployed = contracts.flatMap(({ address }) => address?.toLowerCase() ?? []);
    this.addresses = [...new Set(deployed as Address[])].sort();
    this.startBlock = contracts.reduce(
      (first, { startBlock }) => (startBlock < first ? startBlock : first),
      contracts[0]?.startBlock ?? 0n,
    );
    this.children = new ChildRegistry(products.flatMap(childKinds));
    for (const product of products)
      for (const [name, contract] of Object.entries(product.contracts))
        this.#add(product, name, contract);
  }

  /** In the order of the products, those of contracts with an address first. */
  handlersOf(log: RawLog): readonly EventHandler[] {
    const handlers = this.#handlers.get(`${log.address}:${log.topics[0]}`) ?? NONE;
    const tooEarly = handlers.some((handler) => log.blockNumber < handler.startBlock);
    const now = tooEarly ? handlers.filter((h) => log.blockNumber >= h.startBlock) : handlers;
    const ofChildren = this.#childHandlers.get(`${log.topics[0]}`);
    return ofChildren === undefined ? now : [...now, ...this.#wanting(ofChildren, log)];
  }

  #wanting(
    candidates: readonly { kind: ChildKind; handler: EventHandler }[],
    log: RawLog,
  ): EventHandler[] {
    return candidates.flatMap(({ kind, handler }) =>
      log.blockNumber >= handler.startBlock && this.children.covers(kind, log) ? [handler] : [],
    );
  }

  #add(product: Product, name: string, contract: ProductContract): void {
    const kind = this.children.kinds.find((k) => k.product === product.name && k.contract === name);
    const address = contract.address && getAddress(contract.address);
    for (const event of contract.abi) {
      if (event.type !== "event" || event.anonymous) continue;
      const key = `${name}:${event.name}`;
      const projection = product.projections[key];
      const feed = product.feed[key];
      if (projection === undefined && feed === undefined) continue;
      const selector = toEventSelector(event);
      const { startBlock } = contract;
      const decode = decoder(event, name, address);
      const handler = { product, key, projection, feed, startBlock, decode };
      if (kind) append(this.#childHandlers, selector, { kind, handler });
      else append(this.#handlers, `${address?.toLowerCase()}:${selector}`, handler);
    }
  }
}

function append<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key);
  if (list) list.push(item);
  else lists.set(key, [item]);
}

const NONE: readonly EventHandler[] = [];

/** `address` where it is always the same: a checksum costs a hash. */
function decoder(
  event: AbiEvent,
  contract: string,
  address: Address | undefined,
): EventHandler["decode"] {
  const decode = eventDecoder(event);
  return (log, block) => ({
    contract,
    name: event.name,
    args: decode(log) as Readonly<Record<string, unknown>>,
    address: address ?? getAddress(log.address),
    blockNumber: block.number,
    blockHash: block.hash,
    blockTimestampMs: block.timestampMs,
    transactionHash: log.transactionHash,
    logIndex: log.logIndex,
  });
}
