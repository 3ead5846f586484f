import type { Eip1193Provider } from "@ghostchain/indexer";
import type { Hash } from "viem";
import type { Faults } from "../data/faults.ts";
import type { Random } from "../world/random.ts";
import type { Scheduler } from "../world/scheduler.ts";
import type { SimProcess } from "../world/sim-process.ts";
import { answer, rpcError, toRpcBlock } from "./rpc-answers.ts";
import type { SimBlock, SimChain } from "./sim-chain.ts";

export interface ServerParts {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly faults: Faults["rpc"];
  readonly chain: SimChain;
  readonly hasTimedLogs: boolean;
}

/** One server's idea of the chain: it learns of blocks late, and skips those it never heard of. */
class Server {
  readonly known = new Map<Hash, SimBlock>();
  readonly #onHeads: (blocks: readonly SimBlock[]) => void;
  head: SimBlock;

  constructor(parts: ServerParts, onHeads: (blocks: readonly SimBlock[]) => void) {
    this.#onHeads = onHeads;
    this.head = parts.chain.head;
    this.#learn(this.head);
    const { scheduler, random, faults, chain } = parts;
    chain.onHead(() =>
      scheduler.at(undefined, random.below(faults.lagMs + 1), "a server learns of a head", () =>
        this.#adopt(chain.head),
      ),
    );
  }

  #adopt(head: SimBlock): void {
    this.head = head;
    this.#onHeads(this.#learn(head));
  }

  /** @returns the blocks that were new to it, oldest first */
  #learn(head: SimBlock): SimBlock[] {
    const fresh: SimBlock[] = [];
    for (
      let block: SimBlock | undefined = head;
      block && !this.known.has(block.hash);
      block = block.parent
    ) {
      this.known.set(block.hash, block);
      fresh.push(block);
    }
    return fresh.reverse();
  }
}

interface Ask {
  readonly owner: SimProcess;
  /** Undefined where a balancer decides. */
  readonly server: Server | undefined;
  readonly method: string;
  readonly params: readonly unknown[];
}

type Listener = (message: { type: string; data: unknown }) => void;

const TIMEOUT_MS = 10_000;

/** What a balancer in front of several servers gives a client: mostly the same server's answers. */
export class SimServers {
  readonly #parts: ServerParts;
  readonly #servers: readonly Server[];
  readonly #subscribers = new Map<Listener, { readonly owner: SimProcess; ids: Set<string> }>();
  #subscriptions = 0;
  /** A deliberate breakage: what becomes of an answer. */
  distort: (method: string, result: unknown) => unknown = (_, result) => result;

  constructor(parts: ServerParts, count: number) {
    this.#parts = parts;
    this.#servers = Array.from(
      { length: count },
      (_, index) => new Server(parts, (blocks) => index === 0 && this.#push(blocks)),
    );
  }

  /** Subscriptions that were not given back. */
  get subscriptions(): number {
    return [...this.#subscribers.values()].filter(({ owner }) => owner.alive).length;
  }

  /** Every subscription dies, and nobody says so. */
  forgetSubscriptions(): void {
    for (const subscriber of this.#subscribers.values()) subscriber.ids.clear();
  }

  /** The chain, for one process: by each server, or by a balancer before them. */
  providers(owner: SimProcess, how: { pushes: boolean; isDirect: boolean }): Eip1193Provider[] {
    if (!how.isDirect) return [this.#provider(owner, how.pushes, undefined)];
    return this.#servers.map((server, index) =>
      this.#provider(owner, how.pushes && index === 0, server),
    );
  }

  #provider(owner: SimProcess, pushes: boolean, server: Server | undefined): Eip1193Provider {
    const request: Eip1193Provider["request"] = ({ method, params = [] }) =>
      this.#request({ owner, server, method, params });
    if (!pushes) return { request };
    return {
      request,
      on: (_, listener) => this.#subscribers.set(listener as Listener, { owner, ids: new Set() }),
      removeListener: (_, listener) => this.#subscribers.delete(listener as Listener),
    };
  }

  #request(ask: Ask): Promise<unknown> {
    const { scheduler, random, faults } = this.#parts;
    const { owner, method, params } = ask;
    return new Promise((resolve, reject) => {
      // Lets go of the machine's own timer, which would wake the dead in some later run.
      owner.onKill(() => reject(rpcError(-32603, "the process is gone")));
      const arrive = (delayMs: number, what: string, then: () => void) =>
        scheduler.at(owner, delayMs, `${method} ${what}`, then);
      const what = `${method} ${short(params)} of ${owner.name}`;
      scheduler.at(undefined, random.latencyMs(faults.latencyMs), what, () => {
        const delayMs = random.latencyMs(faults.latencyMs);
        if (faults.down || random.chance(faults.timeout))
          return void arrive(TIMEOUT_MS, "timed out", () =>
            reject(rpcError(-32603, "no answer came in ten seconds")),
          );
        try {
          const result = this.#answer(ask);
          arrive(delayMs, "answered", () => resolve(result));
        } catch (error) {
          arrive(delayMs, "refused", () => reject(error));
        }
      });
    });
  }

  #answer({ owner, server: direct, method, params }: Ask): unknown {
    const { random, faults } = this.#parts;
    if (random.chance(faults.error)) throw rpcError(-32603, "the server had a bad moment");
    if (method === "eth_subscribe") return this.#subscribe(owner);
    if (method === "eth_unsubscribe") return true;
    const server = direct ?? this.#balance(params);
    if (server === undefined) throw rpcError(-32603, "there is no server");
    const { head, known } = server;
    // Behind a balancer nobody could tell: the block may be known to the one that is asked about it.
    const emptyIfUnknown = faults.emptyIfUnknown && direct !== undefined;
    const { rangeBlocks } = faults;
    const { hasTimedLogs } = this.#parts;
    const view = { head, known, rangeBlocks, emptyIfUnknown, hasTimedLogs };
    const result = answer(method, params, view);
    const given = random.chance(faults.garbled) ? this.#garble(method, result) : result;
    return this.distort(method, given);
  }

  /**
   * Any server may answer, except for the logs of a range: no header could tell that another branch's came, short of all
   * receipts.
   */
  #balance(params: readonly unknown[]): Server | undefined {
    const { random, faults } = this.#parts;
    const isRange = typeof params[0] === "object" && params[0] !== null && "toBlock" in params[0];
    if (isRange || !random.chance(faults.otherServer)) return this.#servers[0];
    return random.pick(this.#servers);
  }

  #subscribe(owner: SimProcess): string {
    const id = `0x${(++this.#subscriptions).toString(16)}`;
    for (const subscriber of this.#subscribers.values())
      if (subscriber.owner === owner) subscriber.ids.add(id);
    return id;
  }

  #push(blocks: readonly SimBlock[]): void {
    const { scheduler, random, faults } = this.#parts;
    for (const [listener, { owner, ids }] of this.#subscribers) {
      for (const subscription of ids) {
        for (const block of blocks) {
          const times = random.chance(faults.push) ? random.below(3) : 1;
          for (let i = 0; i < times; i++) {
            const lateMs = random.chance(faults.push) ? random.below(400) : random.below(4);
            const data = { subscription, result: toRpcBlock(block) };
            scheduler.at(owner, lateMs, `head ${block.number}`, () => {
              if (this.#subscribers.get(listener)?.ids.has(subscription))
                listener({ type: "eth_subscription", data });
            });
          }
        }
      }
    }
  }

  /** A lie that a careful reader can see through. */
  #garble(method: string, result: unknown): unknown {
    const { random } = this.#parts;
    if (method === "eth_getBlockByNumber") return random.chance(0.5) ? null : { number: "0x" };
    if (method !== "eth_getLogs" || !Array.isArray(result)) return result;
    const logs = result as object[];
    const foreign = `0x${"ab".repeat(32)}`;
    if (logs.length === 0) return null;
    const kind = random.below(4);
    if (kind === 0) return [...logs, logs[0]];
    if (kind === 1) return logs.map((log) => ({ ...log, blockHash: foreign, removed: true }));
    if (kind === 2) return logs.map((log) => ({ ...log, topics: undefined }));
    return logs.length > 1 ? [...logs].reverse() : [{ ...logs[0], data: "0x0" }];
  }
}

function short(params: readonly unknown[]): string {
  return JSON.stringify(params).slice(0, 60);
}
