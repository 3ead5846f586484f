import type { Product } from "@ghostchain/product";
import { CodedError } from "@ghostchain/service";
import { getAddress, isAddress } from "viem";
import { z } from "zod";

const address = z
  .string()
  .refine((text) => isAddress(text, { strict: false }), "must be an address")
  .transform((text) => getAddress(text));

class DemoError extends CodedError<
  { code: "GHOST_UNKNOWN"; status: 404 } | { code: "GHOSTS_CLOSED"; status: 503 }
> {}

/** A product with one route of each kind. */
export const demoProduct: Product = {
  ...{ name: "demo", contracts: {}, migrations: [], tables: [], projections: {}, feed: {} },
  jobs: [],
  routes: [
    {
      ...{ method: "GET", path: "/ghosts/:address", summary: "One ghost", auth: "none" },
      params: z.object({ address }),
      query: z.object({ limit: z.coerce.number().int().min(1).max(10).default(5) }),
      response: z.object({ address: z.string(), limit: z.int(), user: z.string().nullable() }),
      handle: async ({ params, query, user }) => ({
        ...(params as object),
        ...(query as object),
        user: user ?? null,
        secret: "not in the schema",
      }),
    },
    {
      ...{ method: "POST", path: "/ghosts", summary: "Make a ghost", auth: "required" },
      body: z.object({
        name: z
          .string()
          .min(3)
          .max(50)
          .meta({ description: "of the ghost", examples: ["Casper"] }),
        amount: z.string().regex(/^\d+$/),
      }),
      response: z.object({ name: z.string(), owner: z.string() }),
      handle: async ({ body, user }) => ({ name: (body as { name: string }).name, owner: user }),
    },
    {
      ...{ method: "POST", path: "/ghosts/scare", summary: "Scare somebody", auth: "required" },
      limit: { budget: "scares", limit: 3, windowMs: 3_600_000 },
      response: z.object({ scared: z.boolean() }),
      handle: async () => ({ scared: true }),
    },
    {
      ...{ method: "GET", path: "/ghosts/scares", summary: "Look at scares", auth: "none" },
      limit: { budget: "scares", limit: 3, windowMs: 3_600_000 },
      response: z.object({}),
      handle: async () => ({}),
    },
    {
      ...{ method: "GET", path: "/ghosts/search/:text", summary: "Ask the database", auth: "none" },
      response: z.object({ found: z.string() }),
      handle: async ({ params }, { database }) => {
        const { text } = params as { text: string };
        const [row] = await database.query<{ found: string }>("SELECT $1::text AS found", [text]);
        return row;
      },
    },
    {
      ...{ method: "GET", path: "/ghosts/none", summary: "Refuse", auth: "none" },
      description: "There is none.",
      refusals: [{ status: 404, code: "GHOST_UNKNOWN", when: "always" }],
      response: z.object({}),
      handle: async () => {
        throw new DemoError({ code: "GHOST_UNKNOWN", status: 404 }, "no such ghost");
      },
    },
    {
      ...{ method: "GET", path: "/ghosts/closed", summary: "Not just now", auth: "none" },
      response: z.object({}),
      handle: async () => {
        throw new DemoError({ code: "GHOSTS_CLOSED", status: 503 }, "come back at midnight");
      },
    },
    {
      ...{ method: "GET", path: "/ghosts/early", summary: "Ask before there is", auth: "none" },
      response: z.object({}),
      handle: async (_, { database }) => database.query("SELECT * FROM demo.ghosts", []),
    },
    {
      ...{ method: "GET", path: "/ghosts/broken", summary: "Break", auth: "none" },
      response: z.object({ n: z.int() }),
      handle: async () => {
        throw new Error("a secret: hunter2");
      },
    },
    {
      ...{ method: "GET", path: "/ghosts/wrong", summary: "Answer wrongly", auth: "none" },
      response: z.object({ n: z.int() }),
      handle: async () => ({ n: "hunter2" }),
    },
  ],
};
