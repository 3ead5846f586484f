import type { LifetimeRule } from "./method-table.ts";
import {
  invalid,
  isHash,
  quantityOf,
  readBlock,
  readBlockNumber,
  readObject,
} from "./read-params.ts";

/** How long the answer to one call holds. */
export type Lifetime =
  /** Not kept, and not shared with one who asks the same meanwhile. */
  | { readonly kind: "never" }
  /** Until the next block. */
  | { readonly kind: "head" }
  | { readonly kind: "fixed" }
  /** For ever: named by hash. Nothing to be found may mean that a node does not know the block yet. */
  | { readonly kind: "content" }
  /** For ever once block `number` is finalized; until then one block, since a reorg may change it. */
  | { readonly kind: "numbered"; readonly number: number }
  /** The same, of the block that the answer names. */
  | { readonly kind: "answer" };

/**
 * From the parameters alone, whatever the chain does meanwhile.
 *
 * @throws {RpcProxyError} `RPC_PROXY_PARAMS_INVALID` for a block or a range that cannot be read
 */
export function lifetimeOf(rule: LifetimeRule, params: readonly unknown[]): Lifetime {
  if (rule.kind === "logs") return lifetimeOfLogs(params[0]);
  if (rule.kind !== "block") return { kind: rule.kind };
  const value = params[rule.at];
  // Which block is meant where none is said differs from node to node.
  if (value === undefined || value === null) return NEVER;
  return lifetimeAt(readBlock(value, rule.at));
}

/** What the range of a log filter spans, with tags that move left open. */
export interface LogRange {
  readonly from: number | "latest" | "other";
  readonly to: number | "latest" | "other";
}

/** Undefined for the logs of one block by its hash. */
export function readLogRange(value: unknown): LogRange | undefined {
  const filter = readObject(value, 0);
  if (filter.blockHash !== undefined && filter.blockHash !== null) {
    if (!isHash(filter.blockHash)) throw invalid(0, "blockHash must be 32 bytes of hex with 0x");
    return undefined;
  }
  return { from: readEdge(filter.fromBlock), to: readEdge(filter.toBlock) };
}

/** The number of the newest block that an answer shows; undefined where it shows none. */
export function newestBlockIn(method: string, result: unknown): number | undefined {
  if (method === "eth_blockNumber") return quantityOf(result);
  const one = Array.isArray(result) ? result.at(-1) : result;
  if (typeof one !== "object" || one === null) return undefined;
  if ("blockNumber" in one) return quantityOf(one.blockNumber);
  // Block headers have a number, and other things do: only those with a parent count.
  return "parentHash" in one && "number" in one ? quantityOf(one.number) : undefined;
}

const NEVER: Lifetime = { kind: "never" };
const HEAD: Lifetime = { kind: "head" };

function lifetimeAt(block: ReturnType<typeof readBlock>): Lifetime {
  if ("hash" in block) {
    // A block that a reorg drops is refused from then on, where it must be canonical.
    return block.requireCanonical ? HEAD : { kind: "content" };
  }
  if ("number" in block) return numbered(block.number);
  if (block.tag === "latest") return HEAD;
  // Finality moves between two heads, and what is pending at any moment.
  return block.tag === "earliest" ? numbered(0) : NEVER;
}

function lifetimeOfLogs(filter: unknown): Lifetime {
  const range = readLogRange(filter);
  if (range === undefined) return { kind: "content" };
  const { from, to } = range;
  if (from === "other" || to === "other") return NEVER;
  if (from === "latest" || to === "latest") return HEAD;
  return numbered(Math.max(from, to));
}

function readEdge(value: unknown): LogRange["from"] {
  if (value === undefined || value === null) return "latest";
  const block = readBlockNumber(value, 0);
  if ("number" in block) return block.number;
  if (!("tag" in block)) return "other";
  if (block.tag === "earliest") return 0;
  return block.tag === "latest" ? "latest" : "other";
}

function numbered(number: number): Lifetime {
  return { kind: "numbered", number };
}
