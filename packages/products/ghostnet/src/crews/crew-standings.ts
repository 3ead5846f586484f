import type { Sql } from "@ghostchain/database";

export const CREW_SORTS = ["rank", "extracted", "pnl", "streak", "members", "created"] as const;
export type CrewSort = (typeof CREW_SORTS)[number];

/** What a crew's members have done between them. */
interface CrewTotals {
  readonly id: string;
  readonly name: string;
  readonly nameKey: string;
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly members: number;
  readonly extracted: bigint;
  readonly pnl: bigint;
  readonly streakBest: number;
}

export interface CrewStanding extends CrewTotals {
  /** By what was extracted; crews that extracted the same share it. */
  readonly rank: number;
}

/** All crews as of a version of theirs. */
export class CrewStandings {
  readonly version: bigint;
  readonly byId: ReadonlyMap<string, CrewStanding>;
  /** Made when they are first asked for. */
  readonly #ordered: Map<CrewSort, readonly CrewStanding[]>;

  constructor(version: bigint, crews: Iterable<CrewTotals>) {
    const ranked = rank(crews);
    this.version = version;
    this.byId = new Map(ranked.map((crew) => [crew.id, crew]));
    this.#ordered = new Map([["rank", ranked]]);
  }

  inOrder(sort: CrewSort): readonly CrewStanding[] {
    const known = this.#ordered.get(sort);
    if (known !== undefined) return known;
    const crews = [...this.byId.values()].sort(ORDERS[sort]);
    this.#ordered.set(sort, crews);
    return crews;
  }
}

/** Changes that are followed one by one; after more, all crews are read. */
const CHANGES_MAX = 2_000;

/** Changes when a crew is made, joined or left, in the same transaction. */
export const CREW_VERSION = "SELECT version FROM ghostnet.crew_state";

export async function readCrewVersion(sql: Sql): Promise<bigint> {
  const [state] = await sql.query<{ version: bigint }>(CREW_VERSION, []);
  return state?.version ?? 0n;
}

/** The version first: crews that change meanwhile are then read again, which does no harm. */
export async function readStandings(sql: Sql): Promise<CrewStandings> {
  const version = await readCrewVersion(sql);
  return new CrewStandings(version, await readTotals(sql, null));
}

/** `standings` with those crews read anew that were made, joined or left since. */
export async function followStandings(sql: Sql, standings: CrewStandings): Promise<CrewStandings> {
  const changes = await sql.query<{ version: bigint; crew_id: string }>(
    `SELECT version, crew_id FROM ghostnet.crew_changes WHERE version > $1
     ORDER BY version LIMIT ${CHANGES_MAX}`,
    [standings.version],
  );
  const last = changes.at(-1);
  const isWhole = changes[0]?.version === standings.version + 1n;
  if (last === undefined || !isWhole || changes.length === CHANGES_MAX) return readStandings(sql);
  const changed = [...new Set(changes.map(({ crew_id }) => crew_id))];
  const crews = new Map<string, CrewTotals>(standings.byId);
  for (const id of changed) crews.delete(id);

  for (const crew of await readTotals(sql, changed)) crews.set(crew.id, crew);
  return new CrewStandings(last.version, crews.values());
}

interface TotalsRow {
  readonly [column: string]: unknown;
  readonly id: string;
  readonly name: string;
  readonly name_key: string;
  readonly created_at: Date;
  readonly created_by: string;
  readonly members: bigint;
  readonly extracted: bigint;
  readonly pnl: bigint;
  readonly streak_best: number;
}

/** @param ids - of some crews; null for all */
async function readTotals(sql: Sql, ids: readonly string[] | null): Promise<CrewTotals[]> {
  const rows = await sql.query<TotalsRow>(
    `SELECT c.id, c.name, c.name_key, c.created_at, c.created_by, m.members, m.extracted, m.pnl,
       m.streak_best
     FROM ghostnet.crews c JOIN (
       SELECT crew_id, count(*) AS members, COALESCE(sum(u.total_extracted), 0) AS extracted,
         COALESCE(sum(u.pnl), 0) AS pnl, COALESCE(max(u.ghost_streak_best), 0) AS streak_best
       FROM ghostnet.crew_members LEFT JOIN ghostnet.users u ON u.address = user_address
       ${ids === null ? "" : "WHERE crew_id = ANY($1::uuid[])"}
       GROUP BY crew_id
     ) m ON m.crew_id = c.id`,
    ids === null ? [] : [ids],
  );
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    nameKey: row.name_key,
    createdAt: row.created_at,
    createdBy: row.created_by,
    members: Number(row.members),
    extracted: row.extracted,
    pnl: row.pnl,
    streakBest: row.streak_best,
  }));
}

/** In order of rank; among equals the older crew comes first. */
function rank(crews: Iterable<CrewTotals>): CrewStanding[] {
  const ordered = [...crews].sort((a, b) => descending(a.extracted, b.extracted) || byAge(a, b));
  let shared = 1;
  return ordered.map((crew, index) => {
    if (ordered[index - 1]?.extracted !== crew.extracted) shared = index + 1;
    return { ...crew, rank: shared };
  });
}

type Order = (a: CrewStanding, b: CrewStanding) => number;

const byRank: Order = (a, b) => a.rank - b.rank || byAge(a, b);

/** Ties go by rank, then by age. */
const ORDERS: Readonly<Record<CrewSort, Order>> = {
  rank: byRank,
  extracted: byRank,
  pnl: (a, b) => descending(a.pnl, b.pnl) || byRank(a, b),
  streak: (a, b) => b.streakBest - a.streakBest || byRank(a, b),
  members: (a, b) => b.members - a.members || byRank(a, b),
  created: (a, b) => -byAge(a, b),
};

function byAge(a: CrewTotals, b: CrewTotals): number {
  return a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : 1);
}

function descending(a: bigint, b: bigint): number {
  return a === b ? 0 : a < b ? 1 : -1;
}
