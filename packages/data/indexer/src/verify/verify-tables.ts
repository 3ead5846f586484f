import type { Database, Sql } from "@ghostchain/database";
import { type FeedPosition, feedPosition } from "@ghostchain/feed";
import { loadProducts, type Product } from "@ghostchain/product";
import { type Logger, systemClock } from "@ghostchain/service";
import { prepareTables, productsDigest } from "../chain-identity.ts";
import { type ChainSettings, MAIN_CHAIN } from "../chain-settings.ts";
import { IndexerError } from "../indexer-error.ts";
import { openPool } from "../rpc/open-pool.ts";
import type { ChainPoint } from "../source/block.ts";
import { ChainSource } from "../source/chain-source.ts";
import { loadProgress, type Stored } from "../store/progress.ts";
import { compareEvents } from "./compare-events.ts";
import { type Comparison, compareRows, isSame } from "./compare-rows.ts";
import { deriveAgain } from "./derive-again.ts";
import { fixTextForms, listStanding, listTable } from "./list-rows.ts";

export interface VerifyDeps {
  readonly database: Database;
  /** Another database, started and empty, for what is computed again. */
  readonly scratch: Database;
  readonly logger: Logger;
}

export interface VerifySettings {
  readonly products: readonly Product[];
  /** Chains whose raw events are to be fetched again and compared too, by name. */
  readonly rpcs?: Readonly<Record<string, ChainSettings["rpc"]>>;
}

export interface VerifyReport {
  /** Everything is as it was computed again. */
  readonly same: boolean;
  /** Where the sequence stood in what was verified. */
  readonly feed: FeedPosition;
  readonly chains: readonly ChainReport[];
}

export interface ChainReport {
  readonly chain: string;
  /** What was verified: everything up to this block. */
  readonly point: ChainPoint;
  readonly tables: readonly (Comparison & { readonly product: string; readonly table: string })[];
  /** The events of the feed that stand, without what was told to single accounts. */
  readonly feed: Comparison;
  /** Raw events against the chain's; undefined where no RPC was given. */
  readonly events: Comparison | undefined;
}

/**
 * Computes the products' tables and the feed again from raw events and compares them with what is stored, row by row,
 * at one point, while whoever writes goes on (but on PGlite, which has one connection: there the writer waits).
 *
 * @throws {IndexerError} `INDEXER_PRODUCTS_CHANGED` when the tables are of other products than these;
 *   `INDEXER_NOTHING_INDEXED`; with RPCs, what keeps them from answering
 */
export async function verifyTables(
  deps: VerifyDeps,
  settings: VerifySettings,
  signal: AbortSignal,
): Promise<VerifyReport> {
  const products = loadProducts(settings.products);
  await prepareTables(deps.scratch, products);
  return deps.database.transaction(async (snapshot) => {
    await snapshot.query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
    await fixTextForms(snapshot);
    const feed = await feedPosition(snapshot);
    const chains: ChainReport[] = [];
    for (const [chain, own] of Map.groupBy(products, (product) => product.chain ?? MAIN_CHAIN)) {
      const stored = await requireStored(snapshot, chain, own);
      await deriveAgain(deps, snapshot, stored, own, signal);
      const compared = await compareChain(deps.scratch, snapshot, chain, own);
      const rpc = settings.rpcs?.[chain];
      const events =
        rpc === undefined ? undefined : await refetch(deps, snapshot, { rpc, stored, own }, signal);
      chains.push({ chain, point: stored.progress.point, ...compared, events });
    }
    const all = chains.flatMap(({ tables, feed: standing, events }) => [
      ...tables,
      standing,
      ...(events ? [events] : []),
    ]);
    return { same: all.every(isSame), feed, chains };
  });
}

async function requireStored(
  snapshot: Sql,
  chain: string,
  products: readonly Product[],
): Promise<Stored> {
  const stored = await loadProgress(snapshot, chain);
  if (stored === undefined)
    throw new IndexerError(
      { code: "INDEXER_NOTHING_INDEXED", chain },
      `nothing of the chain ${chain} is indexed yet: start the indexer first`,
    );
  if (stored.identity.productsDigest !== productsDigest(products))
    throw new IndexerError(
      { code: "INDEXER_PRODUCTS_CHANGED", chain },
      `the tables of the chain ${chain} are of other products than these: start the indexer with them first`,
    );
  return stored;
}

function compareChain(
  scratch: Database,
  snapshot: Sql,
  chain: string,
  products: readonly Product[],
): Promise<Pick<ChainReport, "tables" | "feed">> {
  return scratch.transaction(async (again) => {
    await fixTextForms(again);
    const tables: ChainReport["tables"][number][] = [];
    for (const { name: product, tables: listed } of products)
      for (const table of listed) {
        const [stored, expected] = [snapshot, again].map((sql) => listTable(sql, product, table));
        if (stored && expected)
          tables.push({ product, table, ...(await compareRows(stored, expected)) });
      }
    return {
      tables,
      feed: await compareRows(listStanding(snapshot, chain), listStanding(again, chain)),
    };
  });
}

async function refetch(
  deps: VerifyDeps,
  snapshot: Sql,
  what: { rpc: ChainSettings["rpc"]; stored: Stored; own: readonly Product[] },
  signal: AbortSignal,
): Promise<Comparison> {
  const pool = openPool(
    { clock: systemClock, logger: deps.logger },
    { name: what.stored.progress.chain.name, rpc: what.rpc },
  );
  try {
    const source = new ChainSource(pool);
    const { progress, identity } = what.stored;
    await source.identify(identity);
    return await compareEvents(source, snapshot, progress, what.own, signal);
  } finally {
    pool.close();
  }
}
