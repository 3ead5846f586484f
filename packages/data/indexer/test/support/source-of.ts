import { type Clock, createSilentLogger, systemClock } from "@ghostchain/service";
import type { Address } from "viem";
import { openPool } from "../../src/rpc/open-pool.ts";
import type { Eip1193Provider } from "../../src/rpc/provider-connection.ts";
import type { RpcLimits } from "../../src/rpc/rpc-connection.ts";
import { ChainSource, type SourceSettings } from "../../src/source/chain-source.ts";
import { LogQuery } from "../../src/source/log-query.ts";
import { LEDGER_ADDRESS } from "./ledger-product.ts";

export const OF_LEDGER = LogQuery.ofContracts([LEDGER_ADDRESS.toLowerCase() as Address]);

/** A source that reads what `rpc` tells. */
export function sourceOf(
  rpc: readonly (string | Eip1193Provider)[],
  settings: SourceSettings & { clock?: Clock; rpcLimits?: Partial<RpcLimits> } = {},
): ChainSource {
  const { clock = systemClock, rpcLimits = {} } = settings;
  const deps = { clock, logger: createSilentLogger() };
  return new ChainSource(openPool(deps, { name: "main", rpc, rpcLimits }), settings);
}
