import { EventEmitter } from "node:events";
import {
  type Address,
  concatHex,
  encodeAbiParameters,
  encodeEventTopics,
  type Hash,
  type Hex,
  keccak256,
  numberToHex,
  toHex,
} from "viem";
import type { Eip1193Provider } from "../../src/rpc/provider-connection.ts";
import { bloomBits } from "../../src/source/log-bloom.ts";
import { BANK_ABI, BANK_ADDRESS } from "./bank-product.ts";
import { LEDGER_ABI, LEDGER_ADDRESS } from "./ledger-product.ts";
import { Random } from "./random.ts";

/** What happens in the ledger, as its contract would emit it. */
export type LedgerEvent =
  | {
      readonly kind: "moved";
      readonly from: Address;
      readonly to: Address;
      readonly amount: bigint;
      /** The contract that emits it. Default: the ledger. */
      readonly at?: Address;
    }
  /** A factory has made a ledger of its own. */
  | { readonly kind: "opened"; readonly branch: Address }
  | { readonly kind: "closed"; readonly who: Address };

export interface FakeBlock {
  readonly number: bigint;
  readonly hash: Hash;
  readonly parentHash: Hash;
  readonly timestamp: bigint;
  readonly logsBloom: Hex;
  readonly events: readonly LedgerEvent[];
}

/** How badly the chain's server behaves: probabilities of each request. */
export interface Faults {
  error: number;
  /** `latest` answers an older block. */
  stale: number;
  /** A head is pushed twice, or not at all. */
  push: number;
  /** The most blocks a range of logs may have. */
  rangeBlocks: number;
}

export const NO_FAULTS: Faults = { error: 0, stale: 0, push: 0, rangeBlocks: 1_000_000 };

/** A chain that exists only as its answers to JSON-RPC, and does what a test tells it to. */
export class FakeChain implements Eip1193Provider {
  faults: Faults = NO_FAULTS;
  /** Requests that were answered, by method. */
  readonly asked = new Map<string, number>();
  readonly #random: Random;
  readonly #emitter = new EventEmitter();
  readonly #orphans = new Map<Hash, FakeBlock>();
  readonly #pushes: boolean;
  readonly #chainId: Hex;
  #blocks: FakeBlock[] = [];
  #salt = 0;
  #subscribed = false;

  constructor(
    options: { seed?: number; pushes?: boolean; genesis?: string; chainId?: number } = {},
  ) {
    this.#random = new Random(options.seed ?? 1);
    this.#pushes = options.pushes ?? true;
    this.#chainId = numberToHex(options.chainId ?? 31_337);
    this.#blocks = [this.#seal([], options.genesis ?? "genesis")];
    this.#emitter.setMaxListeners(100);
  }

  get blocks(): readonly FakeBlock[] {
    return this.#blocks;
  }

  get head(): FakeBlock {
    const head = this.#blocks.at(-1);
    if (head === undefined) throw new Error("a chain has at least its genesis");
    return head;
  }

  /** Seals one block for each list of events, and pushes its head. */
  mine(...lists: (readonly LedgerEvent[])[]): void {
    for (const events of lists) {
      this.#blocks.push(this.#seal(events));
      this.#push(this.head);
    }
  }

  /** Puts other blocks in the place of the last `depth`. */
  reorg(depth: number, ...lists: (readonly LedgerEvent[])[]): void {
    for (const orphan of this.#blocks.splice(Math.max(1, this.#blocks.length - depth)))
      this.#orphans.set(orphan.hash, orphan);
    this.mine(...lists);
  }

  on(_event: "message", listener: (message: { type: string; data: unknown }) => void): this {
    this.#emitter.on("message", listener);
    return this;
  }

  removeListener(_event: "message", listener: (message: { type: string; data: unknown }) => void) {
    this.#emitter.off("message", listener);
    return this;
  }

  async request({ method, params = [] }: { method: string; params?: readonly unknown[] }) {
    await new Promise((resolve) => setImmediate(resolve));
    this.asked.set(method, (this.asked.get(method) ?? 0) + 1);
    if (this.#random.chance(this.faults.error))
      throw rpcError(-32603, "the server had a bad moment");
    switch (method) {
      case "eth_chainId":
        return this.#chainId;
      case "eth_getBlockByNumber":
        return this.#blockByTag(String(params[0]));
      case "eth_getLogs":
        return this.#logs(params[0] as LogQuery);
      case "eth_subscribe":
        if (!this.#pushes) throw rpcError(-32601, "the method eth_subscribe does not exist");
        this.#subscribed = true;
        return "0x1";
      case "eth_unsubscribe":
        return true;
      default:
        throw rpcError(-32601, `the method ${method} does not exist`);
    }
  }

  #blockByTag(tag: string): object | null {
    if (tag === "latest") {
      const back = this.#random.chance(this.faults.stale) ? 1 + this.#random.below(3) : 0;
      return toRpcBlock(this.#blocks[Math.max(0, this.#blocks.length - 1 - back)] ?? this.head);
    }
    const block = this.#blocks[Number(tag)];
    return block ? toRpcBlock(block) : null;
  }

  #logs(query: LogQuery): object[] {
    if (query.blockHash !== undefined) {
      const hash = query.blockHash;
      const block = this.#blocks.find((b) => b.hash === hash) ?? this.#orphans.get(hash);
      if (block === undefined) throw rpcError(-32000, "unknown block");
      return toRpcLogs(block, query);
    }
    const [from, to] = [Number(query.fromBlock), Number(query.toBlock)];
    if (to - from + 1 > this.faults.rangeBlocks)
      throw rpcError(-32005, "query returned more than 10000 results");
    return this.#blocks.slice(from, to + 1).flatMap((block) => toRpcLogs(block, query));
  }

  #push(block: FakeBlock): void {
    if (!this.#subscribed) return;
    const times = this.#random.chance(this.faults.push) ? this.#random.below(3) : 1;
    for (let i = 0; i < times; i++)
      this.#emitter.emit("message", {
        type: "eth_subscription",
        data: { subscription: "0x1", result: toRpcBlock(block) },
      });
  }

  #seal(events: readonly LedgerEvent[], salt = String(this.#salt++)): FakeBlock {
    const parent = this.#blocks.at(-1);
    const number = parent ? parent.number + 1n : 0n;
    const parentHash: Hash = parent?.hash ?? `0x${"0".repeat(64)}`;
    const hash = keccak256(toHex(`${parentHash}:${salt}`));
    const logs = events.map(toLog);
    return {
      ...{ number, hash, parentHash, events, timestamp: 1_700_000_000n + number },
      logsBloom: bloomOf(logs.flatMap((log) => [log.address, ...log.topics])),
    };
  }
}

interface LogQuery {
  readonly blockHash?: Hash;
  readonly fromBlock?: Hex;
  readonly toBlock?: Hex;
  readonly address?: readonly Address[];
  readonly topics?: readonly (readonly Hash[])[];
}

function rpcError(code: number, message: string): Error {
  return Object.assign(new Error(message), { code });
}

function toLog(event: LedgerEvent): { address: Address; topics: Hash[]; data: Hex } {
  const address = emitterOf(event);
  if (event.kind === "opened") {
    const topics = encodeEventTopics({ abi: BANK_ABI, eventName: "Opened", args: event });
    return { address, topics: topics as Hash[], data: "0x" };
  }
  if (event.kind === "closed") {
    const topics = encodeEventTopics({ abi: LEDGER_ABI, eventName: "Closed", args: event });
    return { address, topics: topics as Hash[], data: "0x" };
  }
  const topics = encodeEventTopics({ abi: LEDGER_ABI, eventName: "Moved", args: event });
  return {
    address,
    topics: topics as Hash[],
    data: encodeAbiParameters([{ type: "uint256" }], [event.amount]),
  };
}

/** The contract that an event is of. */
export function emitterOf(event: LedgerEvent): Address {
  if (event.kind === "opened") return BANK_ADDRESS;
  return (event.kind === "moved" ? event.at : undefined) ?? LEDGER_ADDRESS;
}

function toRpcLogs(block: FakeBlock, query: LogQuery): object[] {
  const addresses = query.address && new Set(query.address);
  const topics = query.topics?.[0] && new Set(query.topics[0]);
  const logs = block.events.map((event, index) => ({
    ...toLog(event),
    blockNumber: numberToHex(block.number),
    blockHash: block.hash,
    transactionHash: keccak256(concatHex([block.hash, numberToHex(index, { size: 1 })])),
    transactionIndex: "0x0",
    logIndex: numberToHex(index),
    removed: false,
  }));
  return logs.filter(
    ({ address, topics: [first = "0x"] }) =>
      (addresses?.has(address.toLowerCase() as Address) ?? true) && (topics?.has(first) ?? true),
  );
}

function toRpcBlock({ number, hash, parentHash, timestamp, logsBloom }: FakeBlock): object {
  const quantities = { number: numberToHex(number), timestamp: numberToHex(timestamp) };
  return { ...quantities, hash, parentHash, logsBloom, transactions: [] };
}

function bloomOf(items: readonly Hex[]): Hex {
  const bytes = new Uint8Array(256);
  for (const { bytes: at, masks } of items.map(bloomBits))
    for (const i of [0, 1, 2] as const) bytes[at[i]] = (bytes[at[i]] ?? 0) | masks[i];
  return toHex(bytes);
}
