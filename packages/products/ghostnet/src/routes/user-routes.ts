import type { ProductRoute } from "@ghostchain/product";
import type { Address } from "viem";
import { z } from "zod";
import { CREW_VERSION } from "../crews/crew-standings.ts";
import { GhostnetError } from "../ghostnet-error.ts";
import { answerPosition, type PositionRow } from "../read-game.ts";
import { addressParameter, positionAnswer, weiAnswer } from "./answers.ts";

const params = z.object({ address: addressParameter });
const historyQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  offset: z.coerce.number().int().min(0).max(1_000_000).default(0),
});

export const userAnswer = z.object({
  address: z.string(),
  ensName: z.string().nullable().meta({ description: "null: names are not looked up yet" }),
  totalExtracted: weiAnswer,
  ghostStreakBest: z.int(),
  createdAt: z.iso.datetime(),
  crew: z
    .object({ id: z.string(), name: z.string() })
    .nullable()
    .meta({ description: "the one crew of the user, if any" }),
});

export const userRoute: ProductRoute = {
  method: "GET",
  path: "/users/:address",
  summary: "A user of the game: known from the first event or login",
  auth: "none",
  params,
  response: userAnswer,
  // a login may have come before what the chain says
  cache: { version: CREW_VERSION, maxAgeMs: 1_000 },
  refusals: [
    { status: 404, code: "USER_UNKNOWN", when: "the address has neither played nor logged in" },
  ],
  async handle(request, { database }) {
    const { address } = request.params as { address: Address };
    const [user] = await database.query<{
      total_extracted: bigint;
      ghost_streak_best: number;
      created_at: Date;
      crew_id: string | null;
      crew_name: string | null;
    }>(
      `SELECT COALESCE(u.total_extracted, 0) AS total_extracted,
         COALESCE(u.ghost_streak_best, 0) AS ghost_streak_best,
         LEAST(u.created_at, l.first_at) AS created_at, c.id AS crew_id, c.name AS crew_name
       FROM (SELECT $1::text AS address) asked
       LEFT JOIN ghostnet.users u USING (address) LEFT JOIN ghostnet.logins l USING (address)
       LEFT JOIN ghostnet.crew_members m ON m.user_address = asked.address
       LEFT JOIN ghostnet.crews c ON c.id = m.crew_id
       WHERE u.address IS NOT NULL OR l.address IS NOT NULL`,
      [address.toLowerCase()],
    );
    if (user === undefined) {
      throw new GhostnetError(
        { code: "USER_UNKNOWN", status: 404, address },
        `${address} has neither played nor logged in`,
      );
    }
    return {
      address,
      ensName: null,
      totalExtracted: user.total_extracted.toString(),
      ghostStreakBest: user.ghost_streak_best,
      createdAt: user.created_at.toISOString(),
      crew: user.crew_id === null ? null : { id: user.crew_id, name: user.crew_name },
    };
  },
};

export const historyAnswer = z.object({ positions: z.array(positionAnswer), total: z.int() });

export const historyRoute: ProductRoute = {
  method: "GET",
  path: "/users/:address/history",
  summary: "Positions of a user, newest first; empty for someone who never played",
  auth: "none",
  params,
  query: historyQuery,
  response: historyAnswer,
  cache: {},
  async handle(request, { database }) {
    const { address } = request.params as { address: Address };
    const { limit, offset } = request.query as z.output<typeof historyQuery>;
    const user = address.toLowerCase();
    const [counted] = await database.query<{ total: bigint }>(
      "SELECT count(*) AS total FROM ghostnet.positions WHERE user_address = $1",
      [user],
    );
    const rows = await database.query<PositionRow & Record<string, unknown>>(
      `SELECT * FROM ghostnet.positions WHERE user_address = $1
       ORDER BY entry_at DESC, id LIMIT $2 OFFSET $3`,
      [user, limit, offset],
    );
    return { positions: rows.map(answerPosition), total: Number(counted?.total ?? 0n) };
  },
};
