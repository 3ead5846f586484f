import type { Sql } from "@ghostchain/database";
import type { Clock } from "@ghostchain/service";
import { searchKey } from "./crew-name.ts";

export const CREW_SORTS = ["rank", "extracted", "pnl", "streak", "members", "created"] as const;
export type CrewSort = (typeof CREW_SORTS)[number];

/** What a crew's members have done between them. */
export interface CrewStanding {
  readonly id: string;
  readonly name: string;
  readonly nameKey: string;
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly members: number;
  readonly extracted: bigint;
  readonly pnl: bigint;
  readonly streakBest: number;
  /** By what was extracted; crews that extracted the same share it. */
  readonly rank: number;
}

interface Standings {
  readonly version: bigint;
  readonly readAtMs: number;
  readonly crews: readonly CrewStanding[];
}

/** What happens on the chain shows at the latest after this. */
const FRESH_MS = 1_000;

/**
 * All crews with their rank, read once for all who ask within a second; a crew that was made, joined or left shows at
 * once. It holds some 300 bytes a crew.
 */
export class CrewBoard {
  readonly #clock: Clock;
  #standings: Standings | undefined;
  #reading: Promise<Standings> | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Those whose name holds `search`, in any case and form, best first by `sort`. */
  async list(
    sql: Sql,
    { search, sort, limit, offset }: { search: string; sort: CrewSort } & Page,
  ): Promise<{ crews: readonly CrewStanding[]; total: number }> {
    const { crews } = await this.#read(sql);
    const key = searchKey(search);
    const found = key === "" ? [...crews] : crews.filter(({ nameKey }) => nameKey.includes(key));
    const ordered = found.sort(ORDERS[sort]);
    return { crews: ordered.slice(offset, offset + limit), total: found.length };
  }

  async find(sql: Sql, id: string): Promise<CrewStanding | undefined> {
    return (await this.#read(sql)).crews.find((crew) => crew.id === id);
  }

  async #read(sql: Sql): Promise<Standings> {
    const [state] = await sql.query<{ version: bigint }>(
      "SELECT version FROM ghostnet.crew_state",
      [],
    );
    const version = state?.version ?? 0n;
    const kept = this.#standings;
    const ageMs = kept === undefined ? 0 : Math.abs(this.#clock.now() - kept.readAtMs);
    if (kept?.version === version && ageMs < FRESH_MS) return kept;
    // one that began before this change may miss it
    const running = await this.#reading;
    if (running !== undefined && running.version >= version) return running;
    this.#reading ??= this.#load(sql).finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #load(sql: Sql): Promise<Standings> {
    const readAtMs = this.#clock.now();
    const [state] = await sql.query<{ version: bigint }>(
      "SELECT version FROM ghostnet.crew_state",
      [],
    );
    const rows = await sql.query<StandingRow>(STANDINGS, []);
    const crews = rank(rows.map(toStanding));
    this.#standings = { version: state?.version ?? 0n, readAtMs, crews };
    return this.#standings;
  }
}

interface Page {
  readonly limit: number;
  readonly offset: number;
}

interface StandingRow {
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

const STANDINGS = `
  SELECT c.id, c.name, c.name_key, c.created_at, c.created_by, m.members, m.extracted, m.pnl, m.streak_best
  FROM ghostnet.crews c JOIN (
    SELECT crew_id, count(*) AS members, COALESCE(sum(u.total_extracted), 0) AS extracted,
      COALESCE(sum(u.pnl), 0) AS pnl, COALESCE(max(u.ghost_streak_best), 0) AS streak_best
    FROM ghostnet.crew_members LEFT JOIN ghostnet.users u ON u.address = user_address
    GROUP BY crew_id
  ) m ON m.crew_id = c.id`;

function toStanding(row: StandingRow): Omit<CrewStanding, "rank"> {
  return {
    id: row.id,
    name: row.name,
    nameKey: row.name_key,
    createdAt: row.created_at,
    createdBy: row.created_by,
    members: Number(row.members),
    extracted: row.extracted,
    pnl: row.pnl,
    streakBest: row.streak_best,
  };
}

/** In order of rank; among equals the older crew comes first. */
function rank(crews: readonly Omit<CrewStanding, "rank">[]): CrewStanding[] {
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

function byAge(a: Omit<CrewStanding, "rank">, b: Omit<CrewStanding, "rank">): number {
  return a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : 1);
}

function descending(a: bigint, b: bigint): number {
  return a === b ? 0 : a < b ? 1 : -1;
}
