import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openTestDatabase, type TestDatabase } from "@ghostchain/database/testing";
import { ensureFeed } from "@ghostchain/feed";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AnalyticsStand } from "../analytics-stand.ts";
import { FeedModel, type ModelEvent, type ModelStep } from "../feed-model.ts";
import {
  LENGTHS,
  type PlainRange,
  plainEvents,
  plainStarts,
  plainUsers,
  plainVolume,
} from "../plain-answers.ts";

const WEI_MAX = (1n << 256n) - 1n;
const FROM_MS = Date.parse("2026-02-20T07:30:00Z");
const SPAN_MS = 20 * 86_400_000;

const event: fc.Arbitrary<ModelEvent> = fc.record({
  type: fc.constantFrom("SOLD", "LOST", "SEEN"),
  user: fc.integer({ min: 0, max: 5 }),
  level: fc.constantFrom("LOW", "HIGH", undefined),
  amount: fc.oneof(fc.bigInt({ min: 0n, max: WEI_MAX }), fc.constantFrom(0n, WEI_MAX, 1n << 64n)),
  fee: fc.option(fc.bigInt({ min: 0n, max: 10n ** 24n }), { nil: undefined }),
  atMs: fc.integer({ min: FROM_MS, max: FROM_MS + SPAN_MS }),
});
type Step = ModelStep | { do: "watch" } | { do: "restart" } | { do: "cut" } | { do: "rebuild" };
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("append" as const),
      events: fc.array(event, { minLength: 1, maxLength: 30 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("retract" as const),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: "epoch" as const }) },
  { weight: 5, arbitrary: fc.constant({ do: "watch" as const }) },
  { weight: 1, arbitrary: fc.constant({ do: "restart" as const }) },
  { weight: 1, arbitrary: fc.constant({ do: "cut" as const }) },
  { weight: 1, arbitrary: fc.constant({ do: "rebuild" as const }) },
);
const range: fc.Arbitrary<PlainRange> = fc
  .record({
    period: fc.constantFrom("hour" as const, "day" as const, "week" as const),
    fromMs: fc.integer({ min: FROM_MS - 86_400_000, max: FROM_MS + SPAN_MS }),
    lengthMs: fc.integer({ min: 1, max: SPAN_MS }),
  })
  .map(({ period, fromMs, lengthMs }) => ({ period, fromMs, toMs: fromMs + lengthMs }));

const WHOLE: PlainRange = { period: "week", fromMs: FROM_MS, toMs: FROM_MS + SPAN_MS + 1 };

describe("analytics", () => {
  let opened: TestDatabase;
  let directory: string;
  beforeAll(async () => {
    opened = await openTestDatabase();
    await ensureFeed(opened.database);
    directory = mkdtempSync(join(tmpdir(), "ghost-analytics-"));
  });
  afterAll(async () => {
    await opened.close();
    rmSync(directory, { recursive: true, force: true });
  });

  it("answers as the events that stand, whatever reorgs, epochs, restarts and rebuilds came", async () => {
    let run = 0;
    const property = fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 16 }),
      fc.array(range, { minLength: 1, maxLength: 4 }),
      async (steps, ranges) => {
        run += 1;
        const model = new FeedModel(opened.database);
        await model.begin();
        const file = join(directory, `${run}.duckdb`);
        let stand = await new AnalyticsStand(opened.database, { file }).start();
        try {
          for (const one of steps) {
            if (one.do === "restart" || one.do === "cut") {
              if (one.do === "restart") await stand.caughtUp();
              await stand.stop();
              stand = await new AnalyticsStand(opened.database, { file }).start();
            } else if (one.do === "watch") {
              await stand.caughtUp();
              await compare(stand, model, WHOLE);
            } else if (one.do === "rebuild") await stand.analytics.rebuild();
            else await model.apply(one);
          }
          await stand.caughtUp();
          for (const asked of ranges) await compare(stand, model, asked);
        } finally {
          await stand.stop();
        }
      },
    );
    await fc.assert(property, { numRuns: 40, endOnFailure: true });
  });
});

async function compare(stand: AnalyticsStand, model: FeedModel, range: PlainRange): Promise<void> {
  const { standing } = model;
  const query = {
    period: range.period,
    from: new Date(range.fromMs).toISOString(),
    to: new Date(range.toMs).toISOString(),
  };
  const starts = plainStarts(range);
  const head = {
    period: range.period,
    from: new Date(starts[0] ?? 0).toISOString(),
    to: new Date((starts.at(-1) ?? 0) + LENGTHS[range.period]).toISOString(),
    ...(await model.position()),
  };
  const lost = { ...query, type: "LOST" };
  const low = { ...query, level: "LOW" };
  expect(await stand.ask("events", query)).toEqual({ ...head, ...plainEvents(standing, range) });
  expect(await stand.ask("events", lost)).toEqual({
    ...head,
    ...plainEvents(standing, range, "LOST"),
  });
  expect(await stand.ask("active-users", query)).toEqual({
    ...head,
    ...plainUsers(standing, range),
  });
  expect(await stand.ask("volume", query)).toEqual({ ...head, ...plainVolume(standing, range) });
  expect(await stand.ask("volume", low)).toEqual({
    ...head,
    ...plainVolume(standing, range, "LOW"),
  });
}
