import type { Database } from "@ghostchain/database";
import { type FeedPosition, feedPosition } from "@ghostchain/feed";
import { createSilentLogger, systemClock } from "@ghostchain/service";
import type { ChainSettings } from "./chain-settings.ts";
import { openPool } from "./rpc/open-pool.ts";
import type { ChainPoint } from "./source/block.ts";
import { ChainSource } from "./source/chain-source.ts";
import { type ChainState, readChainStates } from "./store/progress.ts";

/** One chain as the database holds it, and, where its RPC was given, as it stands itself. */
export interface ChainStatus extends ChainState {
  /** Tables are being derived anew from raw events: readers see them partly filled. */
  readonly rebuilding: boolean;
  /** Undefined without an RPC, or when it does not answer. */
  readonly live: LiveChain | undefined;
  /** Why the chain could not be asked. */
  readonly fault: string | undefined;
}

export interface LiveChain {
  readonly head: bigint;
  /** Blocks that are not in the tables yet. */
  readonly lagBlocks: number;
  /** What the chain itself calls final; undefined where it has no such block. For people: a reorg is followed anyway. */
  readonly finalized: ChainPoint | undefined;
}

export interface IndexerStatus {
  /** Undefined in a database that has indexed nothing yet. */
  readonly feed: FeedPosition | undefined;
  /** Whether a process holds the lease to write; `unknown` on PGlite, which only one process can open. */
  readonly writer: "alive" | "none" | "unknown";
  readonly chains: readonly ChainStatus[];
}

/** How far everything is stored, from any process. A chain that does not answer is said to be so, and nothing thrown. */
export async function readIndexerStatus(
  database: Database,
  rpcs: Readonly<Record<string, ChainSettings["rpc"]>> = {},
): Promise<IndexerStatus> {
  const [made] = await database.query<{ made: boolean }>(MADE, []);
  if (!made?.made) return { feed: undefined, writer: "none", chains: [] };
  const [feed, writer, states] = await Promise.all([
    feedPosition(database),
    readWriter(database),
    readChainStates(database),
  ]);
  const chains = states.map(async (state): Promise<ChainStatus> => {
    const rebuilding = state.raw.number > state.point.number;
    const rpc = Object.hasOwn(rpcs, state.name) ? rpcs[state.name] : undefined;
    const asked = rpc === undefined ? NOT_ASKED : await askChain(state.name, rpc, state.point);
    return { ...state, rebuilding, ...asked };
  });
  return { feed, writer, chains: await Promise.all(chains) };
}

/**
 * Has everything derived anew from raw events, under a new epoch: by the process that writes within a second, or by
 * the next that does.
 *
 * @param chain of this chain alone; all when left out
 * @returns the names of the chains it was asked of; none where nothing is indexed yet
 */
export async function requestRebuild(database: Database, chain?: string): Promise<string[]> {
  const [made] = await database.query<{ made: boolean }>(MADE, []);
  if (!made?.made) return [];
  const rows = await database.query<{ name: string }>(
    "UPDATE indexer.chain SET rebuild = true WHERE $1::text IS NULL OR name = $1 RETURNING name",
    [chain ?? null],
  );
  return rows.map(({ name }) => name);
}

/** Whether the schema is there, as it is now. */
const MADE = `
  SELECT count(*) = 2 AS made FROM information_schema.columns
  WHERE (table_schema, table_name, column_name) IN (('indexer', 'chain', 'rebuild'), ('feed', 'state', 'epoch'))`;

const NOT_ASKED = { live: undefined, fault: undefined };

async function askChain(chain: string, rpc: ChainSettings["rpc"], point: ChainPoint) {
  const logger = createSilentLogger();
  const pool = openPool({ clock: systemClock, logger }, { name: chain, rpc });
  try {
    const source = new ChainSource(pool);
    await source.identify();
    const [head, finalized] = await Promise.all([source.head(), source.finalized()]);
    const lagBlocks = Math.max(0, Number(head.number - point.number));
    const final = finalized && { number: finalized.number, hash: finalized.hash };
    return { live: { head: head.number, lagBlocks, finalized: final }, fault: undefined };
  } catch (error) {
    return { live: undefined, fault: error instanceof Error ? error.message : String(error) };
  } finally {
    pool.close();
  }
}

/** A session lock is listed for all to see, under the two halves of its number. */
async function readWriter(database: Database): Promise<IndexerStatus["writer"]> {
  if (database.kind === "pglite") return "unknown";
  const [row] = await database.query<{ held: boolean }>(HELD, []);
  return row?.held ? "alive" : "none";
}

const HELD = `
  SELECT EXISTS (SELECT FROM pg_locks, hashtextextended('indexer', 0) AS key
    WHERE locktype = 'advisory' AND granted AND objsubid = 1
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND classid::bigint = (key >> 32) & 4294967295 AND objid::bigint = key & 4294967295) AS held`;
