import type { Database, Sql } from "@ghostchain/database";
import type { Address } from "viem";
import { GhostnetError } from "../ghostnet-error.ts";
import type { CrewName } from "./crew-name.ts";

/** Who changes crews, and when. */
export interface CrewActor {
  readonly user: Address;
  readonly nowMs: number;
}

/**
 * Makes a crew with `user` as its first member.
 *
 * @throws {GhostnetError} `CREW_NAME_TAKEN`, `CREW_ALREADY_MEMBER`
 */
export function createCrew(
  database: Database,
  name: CrewName,
  actor: CrewActor,
): Promise<{ id: string; name: string }> {
  return changeCrews(database, async (sql, version) => {
    const [crew] = await sql.query<{ id: string }>(
      `INSERT INTO ghostnet.crews (name, name_key, created_at, created_by)
       VALUES ($1, $2, $3, $4) ON CONFLICT (name_key) DO NOTHING RETURNING id`,
      [name.shown, name.key, new Date(actor.nowMs), actor.user.toLowerCase()],
    );
    if (crew === undefined) throw nameTaken(name.shown);
    await addMember(sql, version, crew.id, actor);
    return { id: crew.id, name: name.shown };
  });
}

/** @throws {GhostnetError} `CREW_UNKNOWN`, `CREW_ALREADY_MEMBER` */
export function joinCrew(database: Database, crewId: string, actor: CrewActor): Promise<void> {
  return changeCrews(database, async (sql, version) => {
    await requireCrew(sql, crewId);
    await addMember(sql, version, crewId, actor);
  });
}

/**
 * Whoever leaves last takes the crew along.
 *
 * @throws {GhostnetError} `CREW_UNKNOWN`, `CREW_NOT_MEMBER`
 */
export function leaveCrew(database: Database, crewId: string, actor: CrewActor): Promise<void> {
  return changeCrews(database, async (sql, version) => {
    await requireCrew(sql, crewId);
    const left = await sql.query(
      "DELETE FROM ghostnet.crew_members WHERE crew_id = $1 AND user_address = $2 RETURNING crew_id",
      [crewId, actor.user.toLowerCase()],
    );
    if (left.length === 0) throw notMember(crewId);
    await recordChange(sql, version, crewId, "left", actor);
    await sql.query(
      `DELETE FROM ghostnet.crews WHERE id = $1
       AND NOT EXISTS (SELECT FROM ghostnet.crew_members WHERE crew_id = $1)`,
      [crewId],
    );
  });
}

/**
 * One change, after all before it and before all after it: the row of `crew_state` is locked first. What is refused
 * takes its version back.
 */
function changeCrews<T>(
  database: Database,
  change: (sql: Sql, version: bigint) => Promise<T>,
): Promise<T> {
  return database.transaction(async (sql) => {
    const [state] = await sql.query<{ version: bigint }>(
      "UPDATE ghostnet.crew_state SET version = version + 1 RETURNING version",
      [],
    );
    return change(sql, state?.version ?? 0n);
  });
}

async function requireCrew(sql: Sql, crewId: string): Promise<void> {
  const found = await sql.query("SELECT id FROM ghostnet.crews WHERE id = $1", [crewId]);
  if (found.length === 0) throw crewUnknown(crewId);
}

async function addMember(
  sql: Sql,
  version: bigint,
  crewId: string,
  actor: CrewActor,
): Promise<void> {
  const added = await sql.query(
    `INSERT INTO ghostnet.crew_members (user_address, crew_id, joined_at) VALUES ($1, $2, $3)
     ON CONFLICT (user_address) DO NOTHING RETURNING crew_id`,
    [actor.user.toLowerCase(), crewId, new Date(actor.nowMs)],
  );
  if (added.length === 0) throw alreadyMember();
  await recordChange(sql, version, crewId, "joined", actor);
}

async function recordChange(
  sql: Sql,
  version: bigint,
  crewId: string,
  change: "joined" | "left",
  { user, nowMs }: CrewActor,
): Promise<void> {
  await sql.query(
    `INSERT INTO ghostnet.crew_changes (version, crew_id, user_address, change, at)
     VALUES ($1, $2, $3, $4, $5)`,
    [version, crewId, user.toLowerCase(), change, new Date(nowMs)],
  );
}

export function crewUnknown(crewId: string): GhostnetError {
  return new GhostnetError(
    { code: "CREW_UNKNOWN", status: 404, crewId },
    `there is no crew ${crewId}; the last member may have left it`,
  );
}

function nameTaken(name: string): GhostnetError {
  return new GhostnetError(
    { code: "CREW_NAME_TAKEN", status: 409, name },
    `another crew is called ${name}, in this or another case: choose another name`,
  );
}

function alreadyMember(): GhostnetError {
  return new GhostnetError(
    { code: "CREW_ALREADY_MEMBER", status: 409 },
    "you are in a crew, and one is all there is for a user: leave it first",
  );
}

function notMember(crewId: string): GhostnetError {
  return new GhostnetError(
    { code: "CREW_NOT_MEMBER", status: 409, crewId },
    "you are not in this crew",
  );
}
