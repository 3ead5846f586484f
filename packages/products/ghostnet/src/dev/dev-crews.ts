import type { Database } from "@ghostchain/database";
import type { Clock, Logger, Service } from "@ghostchain/service";
import { type CrewActor, createCrew, joinCrew } from "../crews/change-crews.ts";
import { parseCrewName } from "../crews/crew-name.ts";
import { GhostnetError } from "../ghostnet-error.ts";
import type { DevChain } from "./dev-chain.ts";
import { playerName } from "./players.ts";

export interface DevCrewsDeps {
  readonly chain: DevChain;
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Each with its share of the simulated players, as many as there are. */
const CREWS = ["Night Watch", "Packet Storm", "Null Pointers"] as const;
const RETRY_MS = 1_000;
const TRIES = 60;

/** Puts simulated players into crews, so that a fresh game has some. Whoever is in one stays there. */
export function createDevCrews(
  deps: DevCrewsDeps,
  settings: { readonly players: number },
): Service {
  const stopping = new AbortController();
  let running: Promise<void> | undefined;
  return {
    name: "crews",
    /** Returns at once: nobody waits for it, and the tables may not be there yet. */
    async start() {
      running = enter(deps, settings.players, stopping.signal);
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

async function enter(deps: DevCrewsDeps, players: number, signal: AbortSignal): Promise<void> {
  const { chain, clock, logger } = deps;
  const addresses = Array.from(
    { length: players },
    (_, index) => chain.account(playerName(index)).account.address,
  );
  for (let tried = 0; tried < TRIES && !signal.aborted; tried++) {
    try {
      for (const [index, user] of addresses.entries()) {
        if (signal.aborted) return;
        await putInto(deps.database, CREWS[index % CREWS.length] ?? CREWS[0], {
          ...{ user, nowMs: clock.now() },
        });
      }
      return;
    } catch (error) {
      logger.debug({ err: error }, "the players have no crews yet; trying again");
      await clock.sleep(RETRY_MS, signal).catch(() => {});
    }
  }
}

async function putInto(database: Database, name: string, actor: CrewActor): Promise<void> {
  const parsed = parseCrewName(name);
  const [crew] = await database.query<{ id: string }>(
    "SELECT id FROM ghostnet.crews WHERE name_key = $1",
    [parsed.key],
  );
  try {
    if (crew === undefined) await createCrew(database, parsed, actor);
    else await joinCrew(database, crew.id, actor);
  } catch (error) {
    if (!(error instanceof GhostnetError)) throw error;
    // in a crew already, from before
  }
}
