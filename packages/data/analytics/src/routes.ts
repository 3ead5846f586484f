import {
  type AnalyticsReport,
  type Product,
  ProductError,
  type ProductRoute,
  type RouteRefusal,
} from "@ghostchain/product";
import { z } from "zod";
import type { Ask } from "./ask.ts";
import { sumName } from "./count-events.ts";
import { PERIODS_MAX, type Range, rangeQuery, resolveRange } from "./period.ts";
import { countActors, countByType, readSums } from "./read-counts.ts";

const DESCRIPTION =
  `Every period of the range is in the answer, also one in which nothing happened; at most ${PERIODS_MAX} of them. ` +
  "`from` is put back to the beginning of its period, and `to` forward to the end of its own. What a " +
  "reorganization took back does not count. `sequenceId` is the last row of the feed that does, as a rule of less " +
  "than a second ago.";

const REFUSALS: readonly RouteRefusal[] = [
  { status: 400, code: "ANALYTICS_RANGE_INVALID", when: "`from` is not before `to`" },
  {
    status: 400,
    code: "ANALYTICS_RANGE_TOO_LONG",
    when: `these are more than ${PERIODS_MAX} periods`,
  },
  {
    status: 503,
    code: "ANALYTICS_WARMING",
    when: "the sequence is still being counted, as after a start; `Retry-After` says how long",
  },
  { status: 503, code: "ANALYTICS_BUSY", when: "too many ask at once" },
  { status: 503, code: "ANALYTICS_TIMEOUT", when: "it took too long" },
];

const answered = {
  period: z.enum(["hour", "day", "week"]),
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  epoch: z.string(),
  sequenceId: z.int().describe("the last row of the feed that is counted"),
};
const start = z.iso.datetime().describe("of the period, UTC");

const eventsQuery = rangeQuery.extend({
  type: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .meta({ description: "as in the feed", examples: ["JACK_IN"] }),
  chain: z.string().min(1).max(31).optional().meta({ description: "by its name; default all" }),
});

/**
 * `GET /analytics/…`: what holds for every product, and the reports of each.
 *
 * @throws {ProductError} `PRODUCT_ROUTE_DUPLICATE` where two would be served at the same path
 */
export function createAnalyticsRoutes(products: readonly Product[], ask: Ask): ProductRoute[] {
  const reports = products.flatMap(({ name, analytics }) =>
    Object.entries(analytics?.reports ?? {}).map(([report, what]) =>
      reportRoute(ask, { product: name, report, what }),
    ),
  );
  const own = [eventsRoute(ask), activeUsersRoute(ask)];
  requireDistinct(products, own);
  return [...own, ...reports];
}

function requireDistinct(products: readonly Product[], own: readonly ProductRoute[]): void {
  const owners = new Map<string, string>();
  const claim = (product: string, { method, path }: Pick<ProductRoute, "method" | "path">) => {
    const route = `${method} ${path}`;
    const other = owners.get(route);
    if (other !== undefined)
      throw new ProductError(
        { code: "PRODUCT_ROUTE_DUPLICATE", product, route, other },
        `product ${product}: ${route} is already served by ${other}: give the report another name`,
      );
    owners.set(route, product);
  };
  for (const route of own) claim("analytics", route);
  for (const { name, analytics, routes: others } of products) {
    for (const route of others) claim(name, route);
    for (const report of Object.keys(analytics?.reports ?? {}))
      claim(name, { method: "GET", path: `/analytics/${report}` });
  }
}

const eventCounts = z.record(z.string(), z.int());

function eventsRoute(ask: Ask): ProductRoute {
  return {
    ...{ method: "GET", path: "/analytics/events", auth: "none" },
    summary: "How many events there were of each type, by period",
    description: DESCRIPTION,
    refusals: REFUSALS,
    query: eventsQuery,
    response: z.object({
      ...answered,
      total: eventCounts,
      points: z.array(z.object({ start, events: eventCounts })),
    }),
    async handle({ query }, { clock }) {
      const asked = query as z.output<typeof eventsQuery>;
      const range = resolveRange(asked, clock.now());
      const key = keyOf("events", range, [asked.type, asked.chain]);
      return ask(key, async (reader) => {
        const points = pointsOf(range, () => ({ events: {} as Record<string, number> }));
        const total: Record<string, number> = {};
        for (const { index, type, count } of await countByType(reader, range, asked)) {
          const point = points[index];
          if (point) point.events[type] = count;
          total[type] = (total[type] ?? 0) + count;
        }
        return { ...describe(range), total, points };
      });
    },
  };
}

function activeUsersRoute(ask: Ask): ProductRoute {
  return {
    ...{ method: "GET", path: "/analytics/active-users", auth: "none" },
    summary: "How many different accounts did something, by period",
    description: `${DESCRIPTION}\n\n\`users\` beside the points are the different ones of the whole range.`,
    refusals: REFUSALS,
    query: eventsQuery,
    response: z.object({
      ...answered,
      users: z.int(),
      points: z.array(z.object({ start, users: z.int() })),
    }),
    async handle({ query }, { clock }) {
      const asked = query as z.output<typeof eventsQuery>;
      const range = resolveRange(asked, clock.now());
      const key = keyOf("active-users", range, [asked.type, asked.chain]);
      return ask(key, async (reader) => {
        const points = pointsOf(range, () => ({ users: 0 }));
        const { total, periods } = await countActors(reader, range, asked);
        for (const { index, users } of periods) {
          const point = points[index];
          if (point) point.users = users;
        }
        return { ...describe(range), users: total, points };
      });
    },
  };
}

interface ReportParts {
  readonly product: string;
  readonly report: string;
  readonly what: AnalyticsReport;
}

function reportRoute(ask: Ask, { product, report, what }: ReportParts): ProductRoute {
  const sums = Object.keys(what.sums);
  const names = new Map(sums.map((sum) => [sumName(product, report, sum), sum]));
  const about = sums.map((sum) => `- \`${sum}\`: ${what.sums[sum]?.about}`).join("\n");
  return {
    ...{ method: "GET", path: `/analytics/${report}`, auth: "none" },
    summary: what.summary,
    description: `${DESCRIPTION}\n\n${about}`,
    refusals: REFUSALS,
    query: reportQuery(what),
    response: reportAnswer(sums),
    async handle(request, { clock }) {
      const asked = request.query as ReportQuery;
      const range = resolveRange(asked, clock.now());
      const key = keyOf(`${product}.${report}`, range, [asked.level]);
      return ask(key, async (reader) => {
        const points = pointsOf(range, () => ({ sums: zeros(sums) }));
        const total = zeros(sums);
        const filter = { names: [...names.keys()], level: asked.level };
        for (const { index, name, amount, events } of await readSums(reader, range, filter)) {
          const sum = names.get(name) ?? "";
          for (const into of [points[index]?.sums[sum], total[sum]]) {
            if (into === undefined) continue;
            into.amount += amount;
            into.events += events;
          }
        }
        return {
          ...describe(range),
          total: texts(total),
          points: points.map((point) => ({ ...point, sums: texts(point.sums) })),
        };
      });
    },
  };
}

type ReportQuery = z.output<typeof rangeQuery> & { readonly level?: string };

function reportQuery({ levels }: AnalyticsReport): z.ZodType {
  return levels === undefined
    ? rangeQuery
    : rangeQuery.extend({ level: z.enum(levels).optional() });
}

function reportAnswer(sums: readonly string[]): z.ZodType {
  const sum = z.object({
    amount: z
      .string()
      .regex(/^\d+$/)
      .meta({ description: "whole, as wei", examples: ["120000000000000000000"] }),
    events: z.int().describe("how many added to it"),
  });
  const all = z.object(Object.fromEntries(sums.map((name) => [name, sum])));
  return z.object({
    ...answered,
    total: all,
    points: z.array(z.object({ start, sums: all })),
  });
}

interface Sum {
  amount: bigint;
  events: number;
}

function zeros(sums: readonly string[]): Record<string, Sum> {
  return Object.fromEntries(sums.map((sum) => [sum, { amount: 0n, events: 0 }]));
}

function texts(sums: Record<string, Sum>) {
  return Object.fromEntries(
    Object.entries(sums).map(([name, { amount, events }]) => [
      name,
      { amount: amount.toString(), events },
    ]),
  );
}

function pointsOf<T>({ startMs, lengthMs, count }: Range, empty: () => T): (T & Start)[] {
  return Array.from({ length: count }, (_, index) => ({
    start: new Date(startMs + index * lengthMs).toISOString(),
    ...empty(),
  }));
}

interface Start {
  readonly start: string;
}

function describe({ period, startMs, endMs }: Range) {
  return {
    period,
    from: new Date(startMs).toISOString(),
    to: new Date(endMs).toISOString(),
  };
}

function keyOf(name: string, range: Range, rest: readonly (string | undefined)[]): string {
  return JSON.stringify([name, range.period, range.startMs, range.endMs, ...rest]);
}
