import type { ParamKind } from "./read-params.ts";

/** What a call costs whoever answers it, and so which budget it is charged to. */
export type MethodWeight = "light" | "state" | "heavy" | "write";

/**
 * How long an answer holds:
 * - `never`: it depends on more than the chain, or a moment later it may differ
 * - `fixed`: as long as the chain is the same one
 * - `head`: until the next block
 * - `content`: for ever, since what is asked for is named by its hash
 * - `answer`: for ever once the block that the answer names is finalized, until then one block
 * - `block`: as the block at index `at` of the parameters says; where it is left out, `never`
 * - `logs`: as the range of a log filter says
 */
export type LifetimeRule =
  | { readonly kind: "never" | "fixed" | "head" | "content" | "answer" | "logs" }
  | { readonly kind: "block"; readonly at: number };

export interface MethodRule {
  readonly weight: MethodWeight;
  readonly lifetime: LifetimeRule;
  /** Those that are checked here; a trailing `?` marks what may be left out. */
  readonly params: readonly ParamKind[];
}

const NEVER: LifetimeRule = { kind: "never" };
const HEAD: LifetimeRule = { kind: "head" };
const CONTENT: LifetimeRule = { kind: "content" };
const ANSWER: LifetimeRule = { kind: "answer" };

function rule(
  weight: MethodWeight,
  lifetime: LifetimeRule,
  ...params: readonly ParamKind[]
): MethodRule {
  return { weight, lifetime, params };
}

function atBlock(weight: MethodWeight, at: number, ...params: readonly ParamKind[]): MethodRule {
  return rule(weight, { kind: "block", at }, ...params);
}

/** Public methods. What is not here is not answered. */
export const PUBLIC_METHODS: ReadonlyMap<string, MethodRule> = new Map(
  Object.entries({
    eth_chainId: rule("light", { kind: "fixed" }),
    net_version: rule("light", { kind: "fixed" }),
    net_listening: rule("light", NEVER),
    net_peerCount: rule("light", NEVER),
    web3_clientVersion: rule("light", NEVER),
    web3_sha3: rule("light", NEVER, "data"),
    rpc_modules: rule("light", NEVER),
    txpool_status: rule("light", NEVER),
    eth_protocolVersion: rule("light", NEVER),
    eth_syncing: rule("light", NEVER),
    eth_capabilities: rule("light", NEVER),

    eth_blockNumber: rule("light", HEAD),
    eth_gasPrice: rule("light", HEAD),
    eth_maxPriorityFeePerGas: rule("light", HEAD),
    eth_baseFee: rule("light", HEAD),
    eth_blobBaseFee: rule("light", HEAD),
    eth_feeHistory: atBlock("heavy", 1, "any", "blockNumber"),

    eth_getBlockByHash: rule("state", CONTENT, "hash"),
    eth_getBlockByNumber: atBlock("state", 0, "blockNumber"),
    eth_getBlockReceipts: atBlock("heavy", 0, "block"),
    eth_getBlockTransactionCountByHash: rule("light", CONTENT, "hash"),
    eth_getBlockTransactionCountByNumber: atBlock("light", 0, "blockNumber"),
    eth_getUncleCountByBlockHash: rule("light", CONTENT, "hash"),
    eth_getUncleCountByBlockNumber: atBlock("light", 0, "blockNumber"),
    eth_getUncleByBlockHashAndIndex: rule("light", CONTENT, "hash", "quantity"),
    eth_getUncleByBlockNumberAndIndex: atBlock("light", 0, "blockNumber", "quantity"),

    eth_getTransactionByHash: rule("state", ANSWER, "hash"),
    eth_getRawTransactionByHash: rule("state", NEVER, "hash"),
    eth_getTransactionReceipt: rule("state", ANSWER, "hash"),
    eth_getTransactionByBlockHashAndIndex: rule("state", CONTENT, "hash", "quantity"),
    eth_getTransactionByBlockNumberAndIndex: atBlock("state", 0, "blockNumber", "quantity"),
    eth_getRawTransactionByBlockHashAndIndex: rule("state", CONTENT, "hash", "quantity"),
    eth_getRawTransactionByBlockNumberAndIndex: atBlock("state", 0, "blockNumber", "quantity"),

    eth_getBalance: atBlock("state", 1, "address", "block?"),
    eth_getCode: atBlock("state", 1, "address", "block?"),
    eth_getTransactionCount: atBlock("state", 1, "address", "block?"),
    eth_getStorageAt: atBlock("state", 2, "address", "quantity", "block?"),
    eth_getStorageValues: atBlock("heavy", 1, "any", "block?"),
    eth_getProof: atBlock("heavy", 2, "address", "any", "block?"),
    eth_call: atBlock("heavy", 1, "call", "block?"),
    eth_estimateGas: atBlock("heavy", 1, "call", "block?"),
    eth_createAccessList: atBlock("heavy", 1, "call", "block?"),

    eth_getLogs: rule("heavy", { kind: "logs" }, "filter"),
    eth_getLogsWithCursor: rule("heavy", NEVER, "filter"),

    eth_sendRawTransaction: rule("write", NEVER, "data"),
    eth_sendRawTransactionSync: rule("write", NEVER, "data"),
    realtime_sendRawTransaction: rule("write", NEVER, "data"),
  }),
);

/** They keep state in one node between two calls, so they need one upstream that is always the same. */
export const FILTER_METHODS: ReadonlyMap<string, MethodRule> = new Map(
  Object.entries({
    eth_newFilter: rule("heavy", NEVER, "filter"),
    eth_newBlockFilter: rule("state", NEVER),
    eth_newPendingTransactionFilter: rule("state", NEVER),
    eth_getFilterChanges: rule("state", NEVER, "quantity"),
    eth_getFilterLogs: rule("heavy", NEVER, "quantity"),
    eth_uninstallFilter: rule("light", NEVER, "quantity"),
  }),
);

/** What a development chain offers beside them; a call may change the chain under our feet. */
export const DEV_RULE: MethodRule = rule("write", NEVER);
