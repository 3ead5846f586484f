import { IndexerError } from "../indexer-error.ts";
import { connect } from "./connect.ts";
import type { Eip1193Provider } from "./provider-connection.ts";
import { DEFAULT_RPC_LIMITS, type RpcLimits } from "./rpc-connection.ts";
import { RpcPool, type RpcPoolDeps } from "./rpc-pool.ts";

export interface PoolSettings {
  /** The chain's name, for metrics. */
  readonly name: string;
  readonly rpc: string | Eip1193Provider | readonly (string | Eip1193Provider)[];
  readonly rpcLimits?: Partial<RpcLimits>;
}

/** Each task may be tried at every one. */
const ENDPOINTS_MAX = 16;

/**
 * The servers of one chain. Opens nothing yet.
 *
 * @throws {IndexerError} `INDEXER_SOURCE_URL_MALFORMED`
 */
export function openPool(
  deps: Omit<RpcPoolDeps, "chain">,
  { name, rpc, rpcLimits }: PoolSettings,
): RpcPool {
  const list = isList(rpc) ? rpc : [rpc];
  if (list.length === 0 || list.length > ENDPOINTS_MAX)
    throw new IndexerError(
      { code: "INDEXER_SOURCE_URL_MALFORMED", reason: `${list.length} URLs` },
      `the chain ${name} needs one RPC URL, or up to ${ENDPOINTS_MAX}`,
    );
  const limits = { ...DEFAULT_RPC_LIMITS, ...rpcLimits };
  const { clock, logger, metrics, random } = deps;
  const own = { clock, logger, metrics, chain: name, ...(random ? { random } : {}) };
  return new RpcPool(
    own,
    list.map((one) => connect(one, limits)),
  );
}

function isList(rpc: PoolSettings["rpc"]): rpc is readonly (string | Eip1193Provider)[] {
  return Array.isArray(rpc);
}
