import { createHash, randomUUID } from "node:crypto";
import type { Database } from "@ghostchain/database";
import { migrate } from "@ghostchain/database";
import { ensureFeed } from "@ghostchain/feed";
import type { Product } from "@ghostchain/product";
import type { Logger } from "@ghostchain/service";
import { childKinds } from "./child-kinds.ts";
import type { ChildKind } from "./child-registry.ts";
import { IndexerError } from "./indexer-error.ts";
import type { LogRouter } from "./log-router.ts";
import { beginAnew } from "./reorg.ts";
import { type ChainPoint, ZERO_HASH } from "./source/block.ts";
import type { ChainSource } from "./source/chain-source.ts";
import { inconsistent } from "./source/parse-answer.ts";
import { INDEXER_MIGRATIONS } from "./store/indexer-schema.ts";
import { guardTables, withinSchema } from "./store/product-guard.ts";
import { chainKey, type Identity, loadProgress, type Progress } from "./store/progress.ts";
import { installUndo } from "./store/undo-capture.ts";

export interface IdentityDeps {
  /** The chain's name in the settings. */
  readonly chain: string;
  readonly database: Database;
  readonly source: ChainSource;
  readonly router: LogRouter;
  readonly products: readonly Product[];
  readonly logger: Logger;
}

/**
 * Brings every schema up to date.
 *
 * @throws {IndexerError} `INDEXER_TABLE_UNDOABLE`, `INDEXER_PRODUCT_TRESPASSED`; {DatabaseError} from a migration
 */
export async function prepareTables(
  database: Database,
  products: readonly Product[],
): Promise<void> {
  await ensureFeed(database);
  await database.transaction(async (sql) => {
    await migrate(sql, "indexer", INDEXER_MIGRATIONS);
    for (const product of products) {
      await withinSchema(sql, product.name, () => migrate(sql, product.name, product.migrations));
      await installUndo(sql, product);
    }
    await guardTables(sql);
  });
}

/** @throws {IndexerError} `INDEXER_CHAIN_MISMATCH` when the database was filled from a chain of another id */
export async function identify(deps: IdentityDeps): Promise<Identity> {
  const { database, source, products, chain } = deps;
  const stored = await loadProgress(database, chain);
  const { chainId, genesisHash } = await source.identify(stored?.identity);
  if (stored && stored.identity.chainId !== chainId)
    throw new IndexerError(
      {
        code: "INDEXER_CHAIN_MISMATCH",
        stored: stored.identity.chainId.toString(),
        answered: chainId.toString(),
      },
      `this database was filled from chain ${stored.identity.chainId}, but the RPC is of chain ${chainId}: ` +
        "use another database, or the RPC of that chain",
    );
  return {
    chainId,
    genesisHash,
    contractsDigest: digest(contractsOf(products)),
    productsDigest: productsDigest(products),
  };
}

/**
 * Where to go on. What was stored of another chain, for other contracts or by other products is of no use: then all
 * of it is derived anew, from raw events where they still hold, under a new epoch.
 */
export async function resume(deps: IdentityDeps, identity: Identity): Promise<Progress> {
  const stored = await loadProgress(deps.database, deps.chain);
  if (stored === undefined) return startFrom(deps, identity, undefined);
  const { identity: before, progress } = stored;
  const otherChain = before.genesisHash !== identity.genesisHash;
  const otherContracts = before.contractsDigest !== identity.contractsDigest;
  if (otherChain || otherContracts) {
    deps.logger.warn(
      { otherChain, otherContracts },
      "what is stored is not of this chain and these contracts; fetching everything again",
    );
    return startFrom(deps, identity, undefined);
  }
  if (before.productsDigest !== identity.productsDigest) {
    deps.logger.warn({}, "the products have changed; deriving their tables again");
    return startFrom(deps, identity, progress.raw);
  }
  if (stored.rebuild) {
    deps.logger.info({}, "a rebuild was asked for; deriving tables again");
    return startFrom(deps, identity, progress.raw);
  }
  return progress;
}

/** Begins anew with what raw events still hold, up to `keep`. */
export async function startFrom(
  deps: IdentityDeps,
  identity: Identity,
  keep: ChainPoint | undefined,
): Promise<Progress> {
  const start = await startPoint(deps);
  const useful = keep !== undefined && keep.number > start.number ? keep : undefined;
  const anew = { start, keep: useful, epoch: randomUUID() };
  return deps.database.transaction(async (sql) => {
    const chain = await chainKey(sql, deps.chain);
    return beginAnew(sql, deps.products, chain, identity, anew);
  });
}

/** The block before the first that matters. It may not exist yet: then the first block's parent will tell. */
async function startPoint({ source, router }: IdentityDeps): Promise<ChainPoint> {
  const number = router.startBlock - 1n;
  if (number < 0n) return { number: -1n, hash: ZERO_HASH };
  const header = await source.header(number);
  if (header === undefined)
    throw inconsistent("eth_getBlockByNumber", `there is no block ${number}, where products begin`);
  return { number, hash: header.hash };
}

function contractsOf(products: readonly Product[]): unknown {
  const contracts = products.flatMap((product) => Object.values(product.contracts));
  return contracts
    .flatMap(({ address, startBlock }) =>
      address === undefined ? [] : `${address.toLowerCase()}:${startBlock}`,
    )
    .concat(products.flatMap(childKinds).map(describeKind))
    .sort();
}

/** Another one means that the tables are to be derived again. */
export function productsDigest(products: readonly Product[]): string {
  return digest(products.map(partsOf));
}

function describeKind({ factory, selector, startBlock, topics }: ChildKind): string {
  return [factory, selector, startBlock, ...topics].join(":");
}

/** What of a product decides what its tables hold, as far as it can be seen from outside. */
function partsOf(product: Product): unknown {
  return {
    name: product.name,
    contracts: Object.entries(product.contracts).map(([name, contract]) => [
      ...[name, contract.address, contract.factory],
    ]),
    migrations: product.migrations.map(({ id, sql }) => [id, sql]),
    tables: product.tables,
    version: product.version,
    projections: codeOf(product.projections),
    feed: codeOf(product.feed),
  };
}

/** What the functions themselves say; what they call is for the product's `version` to tell. */
function codeOf(handlers: Product["projections"] | Product["feed"]): unknown {
  return Object.entries(handlers)
    .map(([key, handler]) => [key, String(handler)])
    .sort(([a = ""], [b = ""]) => (a < b ? -1 : 1));
}

function digest(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 32);
}
