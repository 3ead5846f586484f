import type { Address, Hash } from "viem";
import type { Eip1193Provider } from "../../src/rpc/provider-connection.ts";
import type { FakeChain } from "./fake-chain.ts";

type Rpc = Record<string, unknown>;
interface Asked {
  readonly method: string;
  readonly params?: readonly unknown[];
}

/** What a server may do to what the chain says, by the name of the lie. */
export const LIES = {
  "a header with another parent": onHeaders((header) => ({ ...header, parentHash: OTHER() })),
  "a header with another hash": onHeaders((header) => ({ ...header, hash: OTHER() })),
  "a header with another time": onHeaders((header) => ({ ...header, timestamp: "0x1" })),
  "a header with an empty bloom": onHeaders((h) => ({ ...h, logsBloom: `0x${"00".repeat(256)}` })),
  "a header of another number": onHeaders((header) => ({ ...header, number: "0x3" })),
  "a header that lacks what it is hashed with": onHeaders(({ stateRoot: _, ...rest }) => rest),
  "a header that is text": onHeaders(() => "block"),
  "no block below the head": onHeaders(() => null, ["eth_getBlockByNumber"]),
  "a head with a number far too high": onHeads((header) => ({ ...header, number: "0xffffff" })),
  "no logs at all": onLogs(() => []),
  "logs out of order": onLogs((logs) => [...logs].reverse(), 2),
  "logs twice": onLogs((logs) => [...logs, ...logs]),
  "a log that never was": onLogs((logs) => [...logs, { ...logs.at(-1), ...INVENTED }]),
  "logs of another block": onLogs((logs) => logs.map((log) => ({ ...log, blockHash: OTHER() }))),
  "logs of another number": onLogs((logs) => logs.map((log) => ({ ...log, blockNumber: "0x1" }))),
  "logs that were removed": onLogs((logs) => logs.map((log) => ({ ...log, removed: true }))),
  "logs with another topic": onLogs((l) => l.map((log) => ({ ...log, topics: [OTHER()] }))),
  "logs of another contract": onLogs((logs) => logs.map((l) => ({ ...l, address: STRANGER }))),
  "logs with half a byte": onLogs((logs) => logs.map((log) => ({ ...log, data: "0x123" }))),
  "logs that are no list": onLogs(() => ({})),
} satisfies Record<string, (asked: Asked, answer: unknown) => unknown>;

export type Lie = keyof typeof LIES;
export const LIE_NAMES = Object.keys(LIES) as Lie[];

export interface Manner {
  /** Blocks that it does not have yet. */
  lag: number;
  /** A lagging server says `[]` for a block that it does not have, as some do, or that it is unknown. */
  emptyWhenUnknown: boolean;
  lie: Lie | undefined;
  /** Probability that a request is answered with an error, or not at all. */
  errs: number;
  hangs: number;
  chainId: string | undefined;
}

export const HONEST: Manner = {
  ...{ lag: 0, emptyWhenUnknown: false, lie: undefined, errs: 0, hangs: 0, chainId: undefined },
};

/** One of the servers of a chain, with manners of its own. It does not push. */
export class RpcMember implements Eip1193Provider {
  manner: Manner;
  asked = 0;
  readonly #chain: FakeChain;
  readonly #random: () => number;

  constructor(chain: FakeChain, manner: Partial<Manner> = {}, random: () => number = () => 0.5) {
    this.#chain = chain;
    this.manner = { ...HONEST, ...manner };
    this.#random = random;
  }

  async request(asked: Asked): Promise<unknown> {
    this.asked += 1;
    const { errs, hangs, lie, chainId } = this.manner;
    if (this.#random() < errs) throw Object.assign(new Error("a bad moment"), { code: -32603 });
    if (this.#random() < hangs) return new Promise(() => {});
    if (asked.method === "eth_chainId" && chainId) return chainId;
    const answer = await this.#truth(asked);
    return lie === undefined ? answer : LIES[lie](asked, answer);
  }

  /** As far as this server knows it. */
  async #truth(asked: Asked): Promise<unknown> {
    const { lag, emptyWhenUnknown } = this.manner;
    const known = Number(this.#chain.head.number) - lag;
    const [first] = asked.params ?? [];
    if (lag === 0) return this.#chain.request(asked);
    if (asked.method === "eth_getBlockByNumber") {
      const number = first === "latest" ? Math.max(0, known) : Number(first);
      if (number > known) return null;
      return this.#chain.request({ ...asked, params: [`0x${number.toString(16)}`, false] });
    }
    if (asked.method === "eth_getBlockByHash" && this.#isNew(first as Hash, known)) return null;
    if (asked.method !== "eth_getLogs") return this.#chain.request(asked);
    const query = first as { blockHash?: Hash; toBlock?: string };
    if (query.blockHash === undefined) return this.#range(asked, query, known);
    if (!this.#isNew(query.blockHash, known)) return this.#chain.request(asked);
    if (emptyWhenUnknown) return [];
    throw Object.assign(new Error("unknown block"), { code: -32000 });
  }

  /** Answers for as far as it knows, as if that were all. */
  #range(asked: Asked, query: { toBlock?: string }, known: number): Promise<unknown> {
    const toBlock = `0x${Math.max(0, Math.min(Number(query.toBlock), known)).toString(16)}`;
    return this.#chain.request({ ...asked, params: [{ ...query, toBlock }] });
  }

  #isNew(hash: Hash, known: number): boolean {
    const block = this.#chain.blocks.findLast((one) => one.hash === hash);
    return block !== undefined && block.number > BigInt(known);
  }
}

const INVENTED = { logIndex: "0xff", topics: [`0x${"ef".repeat(32)}`] };

function OTHER(): Hash {
  return `0x${"ab".repeat(32)}`;
}

const STRANGER: Address = `0x${"cd".repeat(20)}`;

/** Of every block but the first, by which a server is known. */
function onHeaders(
  change: (header: Rpc) => unknown,
  methods: readonly string[] = ["eth_getBlockByNumber", "eth_getBlockByHash"],
) {
  return ({ method, params }: Asked, answer: unknown): unknown => {
    const [tag] = params ?? [];
    const isOurs = methods.includes(method) && tag !== "0x0" && tag !== "latest";
    return isOurs && answer !== null ? change(answer as Rpc) : answer;
  };
}

function onHeads(change: (header: Rpc) => unknown) {
  return ({ params }: Asked, answer: unknown): unknown =>
    params?.[0] === "latest" ? change(answer as Rpc) : answer;
}

function onLogs(change: (logs: readonly Rpc[]) => unknown, atLeast = 1) {
  return ({ method }: Asked, answer: unknown): unknown => {
    const logs = method === "eth_getLogs" ? (answer as Rpc[]) : [];
    return logs.length >= atLeast ? change(logs) : answer;
  };
}
