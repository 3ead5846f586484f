import type { JobContext, ProductJob } from "@ghostchain/product";
import { getAddress } from "viem";
import { crewTopic } from "./crew-roster.ts";

const EVERY_MS = 500;
const BATCH = 200;
/** Changes kept for those that follow them. */
const KEPT = 10_000n;

interface ChangeRow {
  readonly [column: string]: unknown;
  readonly version: bigint;
  readonly crew_id: string;
  readonly user_address: string;
  readonly change: "joined" | "left";
}

/**
 * Tells who watches `crew:<id>` of everyone who joins or leaves: `CREW_UPDATE`, outside of the sequence, as no block
 * says it. A process that takes over begins with what changes then.
 */
export function createCrewNotices(): ProductJob {
  let told: bigint | undefined;
  return {
    name: "crew-notices",
    everyMs: EVERY_MS,
    async run({ sql, broadcast }: JobContext) {
      const [state] = await sql.query<{ version: bigint }>(
        "SELECT version FROM ghostnet.crew_state",
        [],
      );
      const latest = state?.version ?? 0n;
      // a database that began anew counts from 0 again
      if (told === undefined || told > latest) told = latest;
      if (told === latest) return;
      const changes = await sql.query<ChangeRow>(
        `SELECT version, crew_id, user_address, change FROM ghostnet.crew_changes
         WHERE version > $1 ORDER BY version LIMIT ${BATCH}`,
        [told],
      );
      for (const { version, crew_id: crewId, user_address, change } of changes) {
        const address = getAddress(user_address);
        await broadcast({ type: "CREW_UPDATE", crewId, address, change }, [crewTopic(crewId)]);
        told = version;
      }
      await sql.query("DELETE FROM ghostnet.crew_changes WHERE version <= $1", [told - KEPT]);
    },
  };
}
