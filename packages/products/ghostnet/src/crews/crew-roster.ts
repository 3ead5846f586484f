import type { Sql } from "@ghostchain/database";
import type { FeedDraft, RowSql } from "@ghostchain/product";
import type { Clock } from "@ghostchain/service";

const REFRESH_MS = 100;
/** Changes read at once; whoever is further behind reads everyone anew. */
const CHANGES_MAX = 2_000;

interface ChangeRow {
  readonly [column: string]: unknown;
  readonly latest: bigint;
  /** null: nothing has changed since */
  readonly version: bigint | null;
  readonly crew_id: string;
  readonly user_address: string;
  readonly change: "joined" | "left";
}

/**
 * Who is in which crew, for the feed, which must not ask the database about every event: it follows the numbered
 * changes, and is at most 0.1 s old. One entry a member.
 */
export class CrewRoster {
  readonly #clock: Clock;
  readonly #crews = new Map<string, string>();
  #version: bigint | undefined;
  #readAtMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Adds the topics of their crews to what is told about members. Topics only say who is told, not what. */
  telling<E>(mapper: (event: E, sql: RowSql) => Promise<FeedDraft>) {
    return async (event: E, sql: RowSql): Promise<FeedDraft> => {
      const draft = await mapper(event, sql);
      if (draft.subjects.length === 0) return draft;
      await this.#refresh(sql);
      const crews = draft.subjects.map((user) => this.#crews.get(user.toLowerCase()));
      const topics = crews.flatMap((crew) => (crew === undefined ? [] : [crewTopic(crew)]));
      return { ...draft, topics: [...draft.topics, ...new Set(topics)] };
    };
  }

  async #refresh(sql: Sql): Promise<void> {
    const nowMs = this.#clock.now();
    if (this.#version !== undefined && Math.abs(nowMs - this.#readAtMs) < REFRESH_MS) return;
    this.#readAtMs = nowMs;
    const known = this.#version;
    if (known === undefined || !(await this.#follow(sql, known))) await this.#load(sql);
  }

  /** @returns false when the changes since `known` are no longer all there */
  async #follow(sql: Sql, known: bigint): Promise<boolean> {
    const rows = await sql.query<ChangeRow>(
      `SELECT s.version AS latest, c.version, c.crew_id, c.user_address, c.change
       FROM ghostnet.crew_state s LEFT JOIN ghostnet.crew_changes c ON c.version > $1
       ORDER BY c.version LIMIT ${CHANGES_MAX}`,
      [known],
    );
    const latest = rows[0]?.latest ?? 0n;
    if (latest === known) return true;
    if (rows[0]?.version !== known + 1n || rows.at(-1)?.version !== latest) return false;
    for (const { user_address, crew_id, change } of rows) {
      if (change === "joined") this.#crews.set(user_address, crew_id);
      else this.#crews.delete(user_address);
    }
    this.#version = latest;
    return true;
  }

  /** The version first: changes that come between are then read again, which does no harm. */
  async #load(sql: Sql): Promise<void> {
    const [state] = await sql.query<{ version: bigint }>(
      "SELECT version FROM ghostnet.crew_state",
      [],
    );
    const members = await sql.query<{ user_address: string; crew_id: string }>(
      "SELECT user_address, crew_id FROM ghostnet.crew_members",
      [],
    );
    this.#crews.clear();
    for (const { user_address, crew_id } of members) this.#crews.set(user_address, crew_id);
    this.#version = state?.version ?? 0n;
  }
}

export function crewTopic(crewId: string): string {
  return `crew:${crewId}`;
}
