import type { Graphql } from "@ghostchain/graphql";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { errorBody } from "./error-answer.ts";

const request = z.object({
  query: z.string().min(1).max(16_384),
  variables: z.record(z.string(), z.unknown()).nullish(),
  operationName: z.string().max(200).nullish(),
});
const answer = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z
    .array(
      z.looseObject({
        message: z.string(),
        extensions: z.looseObject({ code: z.string() }).optional(),
      }),
    )
    .optional(),
  extensions: z.object({ cost: z.number(), costLimit: z.number() }).optional(),
});
const anyone = { access: { auth: "none", budget: "usual" } } as const;

/** GraphQL beside REST, with the budgets of any other request. To be registered where requests are guarded. */
export function registerGraphqlRoutes(api: FastifyInstance, graphql: Graphql | undefined): void {
  if (graphql === undefined) return;
  api.route({
    ...{ method: "POST", url: "/graphql", config: anyone },
    schema: {
      ...{ tags: ["graphql"] },
      summary: "A GraphQL query of the products' tables",
      description:
        "One operation a request, read at one moment. What GraphQL refuses is answered with 200 and `errors`, each " +
        "with a stable `extensions.code`. The schema is at `/graphql/schema`.",
      body: request,
      response: { 200: answer, "4xx": errorBody, "5xx": errorBody },
    },
    handler: async ({ body }, reply) => {
      const { query, variables, operationName } = request.parse(body);
      const leaving = new AbortController();
      reply.raw.once("close", () => leaving.abort(new Error("the client left")));
      reply.header("cache-control", "no-store");
      return graphql.execute(
        { query, variables: variables ?? undefined, operationName: operationName ?? undefined },
        leaving.signal,
      );
    },
  });
  api.route({
    ...{ method: "GET", url: "/graphql", config: anyone },
    schema: {
      ...{ tags: ["graphql"] },
      summary: "How to ask",
      response: { 200: z.object({ hint: z.string(), schema: z.string() }), "4xx": errorBody },
    },
    handler: async () => ({
      hint: 'POST {"query": "…", "variables": {…}} as application/json to this path',
      schema: "/graphql/schema",
    }),
  });
  api.route({
    ...{ method: "GET", url: "/graphql/schema", config: anyone },
    schema: {
      ...{ tags: ["graphql"] },
      summary: "The schema in GraphQL's own language",
      response: {
        200: { content: { "text/plain": { schema: z.string() } } },
        "4xx": errorBody,
        "5xx": errorBody,
      },
    },
    handler: async (_, reply) => {
      const sdl = await graphql.sdl();
      return reply.type("text/plain; charset=utf-8").send(sdl);
    },
  });
}
