import type { Database } from "@ghostchain/database";
import { type FeedRow, feedPosition, listFeed } from "@ghostchain/feed";
import { z } from "zod";
import { type ApiRoute, defineRoute } from "./api-route.ts";
import type { ReadVersion } from "./data-versions.ts";

const LIMIT_MAX = 200;

const feedPage = z.object({
  events: z.array(
    z.object({
      sequenceId: z.int(),
      blockNumber: z.string().describe("decimal"),
      blockHash: z.string(),
      event: z.looseObject({ type: z.string(), timestamp: z.int() }),
    }),
  ),
  next: z.int().nullable().describe("`before` of the page of older events; null on the last"),
  epoch: z.string(),
  sequenceId: z.int().describe("RECONNECT from here to miss nothing that came after this page"),
});

/** The newest events first, without those that a reorganization took back. */
export function feedRoute(database: Database, version: ReadVersion): ApiRoute {
  return defineRoute({
    ...{ method: "GET", path: "/feed", tag: "feed", access: { auth: "none", budget: "usual" } },
    summary: "Events, newest first, without those a reorganization took back",
    query: z.object({
      limit: z.coerce.number().int().min(1).max(LIMIT_MAX).default(50),
      before: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER).optional(),
      topic: z.string().min(1).max(80).optional(),
    }),
    response: feedPage,
    cache: { version },
    async handle({ query: { limit, before, topic } }) {
      // The position first: an event between the two reads is then seen twice, not never.
      const position = await feedPosition(database);
      const rows = await listFeed(database, {
        limit,
        ...(before === undefined ? {} : { before }),
        ...(topic === undefined ? {} : { topic: spellTopic(topic) }),
      });
      const events = rows.flatMap((row) => (row.kind === "event" ? [toEntry(row)] : []));
      const next = rows.length < limit ? null : (rows.at(-1)?.sequenceId ?? null);
      return { events, next, ...position };
    },
  });
}

/** Addresses are in lower case in topics. */
function spellTopic(topic: string): string {
  return topic.startsWith("address:") ? topic.toLowerCase() : topic;
}

function toEntry({ sequenceId, blockNumber, blockHash, event }: FeedRow & { kind: "event" }) {
  return { sequenceId, blockNumber: blockNumber.toString(), blockHash, event };
}
