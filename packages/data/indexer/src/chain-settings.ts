import type { Product } from "@ghostchain/product";
import { IndexerError } from "./indexer-error.ts";
import type { Eip1193Provider } from "./rpc/provider-connection.ts";
import type { RpcLimits } from "./rpc/rpc-connection.ts";
import type { SourceSettings } from "./source/chain-source.ts";

/** The chain of products that name none. */
export const MAIN_CHAIN = "main";

/** How one chain is reached and followed. */
export interface ChainSettings extends SourceSettings {
  /**
   * A chain in this process, or the URL of one: `http(s)://` is polled, `ws(s)://` pushes. Of several the best is
   * asked, and the others when it fails.
   */
  readonly rpc: string | Eip1193Provider | readonly (string | Eip1193Provider)[];
  /** How long an answer may take, and how large it may be. Default 10 s and 64 MiB. */
  readonly rpcLimits?: Partial<RpcLimits>;
  /** Between two looks at the head where it is not pushed. Default 250 ms. */
  readonly pollMs?: number;
  /** Reorgs up to this depth are undone row by row; deeper ones cost a rebuild. Default 256. */
  readonly horizonBlocks?: number;
  /** A range of history is free again when the process that fetches it was not heard of for so long. Default 10 s. */
  readonly backfillLeaseMs?: number;
}

/** Of one chain, or of several by name. */
export type ChainsSettings =
  | (ChainSettings & { readonly chains?: undefined })
  | (Omit<ChainSettings, "rpc"> & {
      readonly rpc?: undefined;
      /** By name. What is set beside `chains` holds for those that do not set it themselves. */
      readonly chains: Readonly<Record<string, ChainSettings>>;
    });

export interface NamedChain {
  readonly name: string;
  readonly rpc: ChainSettings["rpc"];
  readonly pollMs: number;
  readonly horizonBlocks: number;
  readonly rpcLimits: Partial<RpcLimits>;
  readonly verification: SourceSettings;
  readonly backfillLeaseMs: number;
}

/** The chains of the settings, each with a name and nothing left open. */
export function chainsOf(settings: ChainsSettings): NamedChain[] {
  const { pollMs = 250, horizonBlocks = 256, backfillLeaseMs = 10_000 } = settings;
  const named = settings.chains ?? { [MAIN_CHAIN]: settings };
  return Object.entries(named).map(([name, own]) => ({
    ...{ name, rpc: own.rpc },
    pollMs: own.pollMs ?? pollMs,
    horizonBlocks: own.horizonBlocks ?? horizonBlocks,
    rpcLimits: { ...settings.rpcLimits, ...own.rpcLimits },
    verification: {
      verifyHeaders: own.verifyHeaders ?? settings.verifyHeaders,
      verifyLogs: own.verifyLogs ?? settings.verifyLogs,
    },
    backfillLeaseMs: own.backfillLeaseMs ?? backfillLeaseMs,
  }));
}

/** @throws {IndexerError} `INDEXER_CHAIN_UNKNOWN` for a product on a chain that the settings do not name */
export function requireChains(products: readonly Product[], chains: readonly NamedChain[]): void {
  const known = chains.map(({ name }) => name);
  for (const product of products) {
    const chain = product.chain ?? MAIN_CHAIN;
    if (known.includes(chain)) continue;
    throw new IndexerError(
      { code: "INDEXER_CHAIN_UNKNOWN", product: product.name, chain, known },
      `product ${product.name} is on the chain ${chain}, of which no RPC is known (there is: ${known.join(", ")})`,
    );
  }
}
