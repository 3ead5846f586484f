import type {
  ProductRoute,
  RouteCache,
  RouteContext,
  RouteLimit,
  RouteRefusal,
  RouteRequest,
} from "@ghostchain/product";
import type { Clock } from "@ghostchain/service";
import { getAddress } from "viem";
import type { z } from "zod";
import {
  type CrewActor,
  createCrew,
  crewUnknown,
  joinCrew,
  leaveCrew,
} from "../crews/change-crews.ts";
import { CrewBoard } from "../crews/crew-board.ts";
import { parseCrewName } from "../crews/crew-name.ts";
import { CREW_VERSION } from "../crews/crew-standings.ts";
import { readMembers, readStats } from "../crews/read-crew.ts";
import {
  crewAnswer,
  crewBody,
  crewChanged,
  crewMade,
  crewParams,
  crewsAnswer,
  crewsQuery,
} from "./crew-answers.ts";
import { requireUser } from "./require-user.ts";

/** Who is in a crew is known at once; standings are up to a second old when they are read. */
const CREWS: RouteCache = { version: CREW_VERSION, maxAgeMs: 1_000 };

/** Changes wait for each other: nobody may keep the others waiting. */
const CHANGES: RouteLimit = { budget: "crew-changes", limit: 60, windowMs: 60_000 };
const UNKNOWN: RouteRefusal = {
  ...{ status: 404, code: "CREW_UNKNOWN" },
  when: "there is no such crew, or its last member left",
};
const MEMBER: RouteRefusal = {
  ...{ status: 409, code: "CREW_ALREADY_MEMBER" },
  when: "the user is in a crew, this or another",
};

/** Five routes over one board. */
export function crewRoutes(clock: Clock): readonly ProductRoute[] {
  const board = new CrewBoard(clock);
  return [listRoute(board), crewRoute(board), createRoute, joinRoute, leaveRoute];
}

function listRoute(board: CrewBoard): ProductRoute {
  return {
    method: "GET",
    path: "/crews",
    summary: "Crews, searched by name and sorted",
    auth: "none",
    query: crewsQuery,
    response: crewsAnswer,
    cache: CREWS,
    async handle(request, { database }) {
      const { crews, total } = await board.list(
        database,
        request.query as z.output<typeof crewsQuery>,
      );
      const answers = crews.map(({ extracted, pnl, createdAt, ...crew }) => ({
        ...crew,
        extracted: extracted.toString(),
        pnl: pnl.toString(),
        createdAt: createdAt.toISOString(),
      }));
      return { crews: answers, total };
    },
  };
}

function crewRoute(board: CrewBoard): ProductRoute {
  return {
    method: "GET",
    path: "/crews/:id",
    summary: "A crew: its members, what they did on the chain, and the bonuses it earned",
    auth: "none",
    params: crewParams,
    response: crewAnswer,
    cache: CREWS,
    refusals: [UNKNOWN],
    async handle(request, { database }) {
      const { id } = request.params as z.output<typeof crewParams>;
      const crew = await board.find(database, id);
      if (crew === undefined) throw crewUnknown(id);
      const [members, { stats, bonuses }] = await Promise.all([
        readMembers(database, id),
        readStats(database, id),
      ]);
      // the last one left in between
      if (stats.members === 0) throw crewUnknown(id);
      return {
        ...{ id, name: crew.name, rank: crew.rank, members, stats, bonuses },
        createdAt: crew.createdAt.toISOString(),
        createdBy: getAddress(crew.createdBy),
      };
    },
  };
}

const createRoute: ProductRoute = {
  method: "POST",
  path: "/crews",
  summary: "Makes a crew, with the user as its first member",
  description:
    "Letters of any script, digits, signs and single spaces; nothing that cannot be seen. Names that differ only in " +
    "case or in Unicode's form are one name.",
  auth: "required",
  limit: CHANGES,
  body: crewBody,
  response: crewMade,
  refusals: [
    { status: 400, code: "CREW_NAME_INVALID", when: "the name has too few or too many characters" },
    { status: 409, code: "CREW_NAME_TAKEN", when: "another crew has the name, in any case" },
    MEMBER,
  ],
  async handle(request, context) {
    const { name } = request.body as z.output<typeof crewBody>;
    return createCrew(context.database, parseCrewName(name), actor(request, context));
  },
};

const joinRoute: ProductRoute = {
  method: "POST",
  path: "/crews/:id/join",
  summary: "Makes the user a member; one crew a user",
  auth: "required",
  limit: CHANGES,
  params: crewParams,
  response: crewChanged,
  refusals: [UNKNOWN, MEMBER],
  async handle(request, context) {
    const { id } = request.params as z.output<typeof crewParams>;
    await joinCrew(context.database, id, actor(request, context));
    return { success: true };
  },
};

const leaveRoute: ProductRoute = {
  method: "POST",
  path: "/crews/:id/leave",
  summary: "Ends the user's membership; the last one to leave ends the crew",
  auth: "required",
  limit: CHANGES,
  params: crewParams,
  response: crewChanged,
  refusals: [
    UNKNOWN,
    { status: 409, code: "CREW_NOT_MEMBER", when: "the user is not in this crew" },
  ],
  async handle(request, context) {
    const { id } = request.params as z.output<typeof crewParams>;
    await leaveCrew(context.database, id, actor(request, context));
    return { success: true };
  },
};

function actor(request: RouteRequest, { clock }: RouteContext): CrewActor {
  return { user: requireUser(request), nowMs: clock.now() };
}
