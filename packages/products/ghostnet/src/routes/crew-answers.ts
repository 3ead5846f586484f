import { z } from "zod";
import { CREW_SORTS } from "../crews/crew-standings.ts";
import { weiAnswer } from "./answers.ts";

const CREW_ID = "0d6f7c1e-7a53-4c29-9f0e-3a8d5b1c2e4f";
const NAME_MAX_CHARS = 200;

export const crewParams = z.object({
  id: z
    .uuid("must be the id of a crew, as GET /crews gives it")
    .toLowerCase()
    .meta({ examples: [CREW_ID] }),
});

export const crewsQuery = z.object({
  search: z
    .string()
    .max(NAME_MAX_CHARS)
    .default("")
    .meta({ description: "a part of the name, in any case", examples: ["ghost"] }),
  sort: z.enum(CREW_SORTS).default("rank").meta({
    description: "rank and extracted: by what members extracted; created: newest first",
  }),
  limit: z.coerce.number().int().min(1).max(100).default(20),
  offset: z.coerce.number().int().min(0).max(1_000_000).default(0),
});

export const crewBody = z.object({
  name: z
    .string()
    .max(NAME_MAX_CHARS)
    .meta({
      description: "3 to 50 characters, unique ignoring case; spaces around it are dropped",
      examples: ["Night Watch"],
    }),
});

const name = z.string().meta({ examples: ["Night Watch"] });
const id = z.uuid().meta({ examples: [CREW_ID] });

const crewEntry = z.object({
  id,
  name,
  rank: z.int().meta({ description: "by what members extracted; equals share it" }),
  members: z.int(),
  extracted: weiAnswer,
  pnl: weiAnswer,
  streakBest: z.int(),
  createdAt: z.iso.datetime(),
});

export const crewsAnswer = z.object({ crews: z.array(crewEntry), total: z.int() });
export const crewMade = z.object({ id, name });
export const crewChanged = z.object({ success: z.literal(true) });

export const crewAnswer = z.object({
  id,
  name,
  rank: z.int(),
  createdAt: z.iso.datetime(),
  createdBy: z.string(),
  members: z
    .array(
      z.object({
        address: z.string(),
        joinedAt: z.iso.datetime(),
        totalExtracted: weiAnswer,
        pnl: weiAnswer,
        ghostStreakBest: z.int(),
        level: z.string().nullable().meta({ description: "null without a live position" }),
        amount: weiAnswer.nullable(),
      }),
    )
    .meta({ description: "the 200 who extracted most; stats.members counts all" }),
  stats: z.object({
    members: z.int(),
    alive: z.int().meta({ description: "members with a live position" }),
    staked: weiAnswer,
    extracted: weiAnswer,
    pnl: weiAnswer,
    streakBest: z.int(),
  }),
  bonuses: z
    .array(
      z.object({
        code: z.string(),
        title: z.string(),
        description: z.string(),
        progress: z.number(),
        target: z.number(),
        active: z.boolean(),
      }),
    )
    .meta({ description: "honours of the crew, held for as long as its members earn them" }),
});
