import { EventEmitter } from "node:events";
import { type Hash, type Hex, numberToHex } from "viem";
import type { Eip1193Provider } from "../../src/rpc/provider-connection.ts";
import {
  type FakeBlock,
  type FakeLogQuery,
  type LedgerEvent,
  sealBlock,
  toRpcBlock,
  toRpcLogs,
  toRpcReceipts,
} from "./fake-block.ts";
import { Random } from "./random.ts";

export { emitterOf, type FakeBlock, type LedgerEvent } from "./fake-block.ts";

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
  readonly #isRealtime: boolean;
  #blocks: FakeBlock[] = [];
  #salt = 0;
  #subscribed = new Set<unknown>();

  constructor(
    options: {
      seed?: number;
      pushes?: boolean;
      genesis?: string;
      chainId?: number;
      realtime?: boolean;
    } = {},
  ) {
    this.#random = new Random(options.seed ?? 1);
    this.#pushes = options.pushes ?? true;
    this.#isRealtime = options.realtime ?? false;
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

  /** Tells of a mini-block of the block that comes next, as its producer does while it makes it. */
  pushMiniBlock(index: number): void {
    const result = { block_number: Number(this.head.number) + 1, index };
    this.#emitter.emit("message", {
      type: "eth_subscription",
      data: { subscription: "0x2", result },
    });
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
      case "eth_getBlockByHash":
        return this.#blockByHash(params[0] as Hash);
      case "eth_getBlockReceipts":
        return this.#receipts(params[0] as Hash);
      case "eth_getLogs":
        return this.#logs(params[0] as FakeLogQuery);
      case "eth_subscribe":
        if (!this.#pushes) throw rpcError(-32601, "the method eth_subscribe does not exist");
        return this.#subscribe(params[0]);
      case "eth_unsubscribe":
        return true;
      default:
        throw rpcError(-32601, `the method ${method} does not exist`);
    }
  }

  #subscribe(what: unknown): string {
    if (what !== "newHeads" && !(what === "miniBlocks" && this.#isRealtime))
      throw rpcError(-32602, "unsupported subscription");
    this.#subscribed.add(what);
    return what === "newHeads" ? "0x1" : "0x2";
  }

  #blockByTag(tag: string): object | null {
    if (tag === "latest") {
      const back = this.#random.chance(this.faults.stale) ? 1 + this.#random.below(3) : 0;
      return toRpcBlock(this.#blocks[Math.max(0, this.#blocks.length - 1 - back)] ?? this.head);
    }
    const block = this.#blocks[Number(tag)];
    return block ? toRpcBlock(block) : null;
  }

  #find(hash: Hash): FakeBlock | undefined {
    return this.#blocks.findLast((block) => block.hash === hash) ?? this.#orphans.get(hash);
  }

  #blockByHash(hash: Hash): object | null {
    const block = this.#find(hash);
    return block ? toRpcBlock(block) : null;
  }

  #receipts(hash: Hash): object[] | null {
    const block = this.#find(hash);
    return block ? toRpcReceipts(block) : null;
  }

  #logs(query: FakeLogQuery): object[] {
    if (query.blockHash !== undefined) {
      const block = this.#find(query.blockHash);
      if (block === undefined) throw rpcError(-32000, "unknown block");
      return toRpcLogs(block, query);
    }
    const [from, to] = [Number(query.fromBlock), Number(query.toBlock)];
    if (to - from + 1 > this.faults.rangeBlocks)
      throw rpcError(-32005, "query returned more than 10000 results");
    return this.#blocks.slice(from, to + 1).flatMap((block) => toRpcLogs(block, query));
  }

  #push(block: FakeBlock): void {
    if (!this.#subscribed.has("newHeads")) return;
    const times = this.#random.chance(this.faults.push) ? this.#random.below(3) : 1;
    for (let i = 0; i < times; i++)
      this.#emitter.emit("message", {
        type: "eth_subscription",
        data: { subscription: "0x1", result: toRpcBlock(block) },
      });
  }

  #seal(events: readonly LedgerEvent[], salt = String(this.#salt++)): FakeBlock {
    return sealBlock(this.#blocks.at(-1), events, salt);
  }
}

function rpcError(code: number, message: string): Error {
  return Object.assign(new Error(message), { code });
}
