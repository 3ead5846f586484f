import type { Sql } from "@ghostchain/database";
import type { Clock } from "@ghostchain/service";
import { FreshAnswers } from "../fresh-answers.ts";
import { searchKey } from "./crew-name.ts";
import {
  type CrewSort,
  type CrewStanding,
  type CrewStandings,
  followStandings,
  readCrewVersion,
  readStandings,
} from "./crew-standings.ts";

interface CrewQuery {
  readonly search: string;
  readonly sort: CrewSort;
  readonly limit: number;
  readonly offset: number;
}

/**
 * All crews with their rank, for all who ask. What members do on the chain shows about a second later; a crew that
 * was made, joined or left, through any process, shows at once. It holds some 400 bytes a crew.
 */
export class CrewBoard {
  readonly #whole: FreshAnswers<CrewStandings>;
  /** `whole` as last read, with the changes since. */
  #followed: { readonly whole: CrewStandings; readonly standings: CrewStandings } | undefined;
  #following: Promise<CrewStandings> | undefined;

  constructor(clock: Clock) {
    this.#whole = new FreshAnswers(clock, 1);
  }

  /** Those whose name holds `search`, in any case and form, best first by `sort`. */
  async list(
    sql: Sql,
    { search, sort, limit, offset }: CrewQuery,
  ): Promise<{ crews: readonly CrewStanding[]; total: number }> {
    const crews = (await this.#read(sql)).inOrder(sort);
    const key = searchKey(search);
    const found = key === "" ? crews : crews.filter(({ nameKey }) => nameKey.includes(key));
    return { crews: found.slice(offset, offset + limit), total: found.length };
  }

  async find(sql: Sql, id: string): Promise<CrewStanding | undefined> {
    return (await this.#read(sql)).byId.get(id);
  }

  /** As of the version there is now, or a later one. */
  async #read(sql: Sql): Promise<CrewStandings> {
    const version = await readCrewVersion(sql);
    const whole = await this.#whole.get("all", () => readStandings(sql));
    let standings = this.#followed?.whole === whole ? this.#followed.standings : whole;
    while (standings.version < version) standings = await this.#follow(sql, whole, standings);
    return standings;
  }

  /** Once for all who wait for it. */
  #follow(sql: Sql, whole: CrewStandings, standings: CrewStandings): Promise<CrewStandings> {
    this.#following ??= followStandings(sql, standings)
      .then((followed) => {
        this.#followed = { whole, standings: followed };
        return followed;
      })
      .finally(() => {
        this.#following = undefined;
      });
    return this.#following;
  }
}
