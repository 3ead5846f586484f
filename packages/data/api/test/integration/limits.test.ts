import { Writable } from "node:stream";
import { createRateLimits, type RateLimits } from "@ghostchain/rate-limit";
import { createLogger, createMetrics, createSilentLogger, systemClock } from "@ghostchain/service";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ApiStand, ask, login } from "../api-stand.ts";
import { demoProduct } from "../demo-product.ts";

const products = [demoProduct];
const started: RateLimits[] = [];

let stand: ApiStand;
beforeAll(async () => {
  stand = await ApiStand.open();
});
afterEach(async () => {
  await stand.clear();
  for (const limits of started.splice(0)) await limits.stop();
});
afterAll(() => stand.close());

/** Budgets as a process of its own has them: they meet in the database. */
async function inDatabase(): Promise<RateLimits> {
  const logger = createSilentLogger();
  const metrics = createMetrics({ processMetrics: false });
  const parts = { database: stand.database, clock: systemClock, logger, metrics };
  const limits = createRateLimits(parts, { store: "database", pauseMs: 20 });
  await limits.start(new AbortController().signal);
  started.push(limits);
  return limits;
}

describe("budgets over two processes", () => {
  it("allow exactly as many requests as one process would (atomicity over two processes)", async () => {
    const limits = { anonymousPerMinute: 40, userPerMinute: 1_000, loginsPerMinute: 20 };
    const apis = [
      await stand.api({ limits }, { rateLimits: await inDatabase() }),
      await stand.api({ limits }, { rateLimits: await inDatabase() }),
    ];
    const asked = Array.from({ length: 120 }, (_, index) =>
      // whoever forges it gains nothing
      ask(`${apis[index % 2]?.url}/feed`, {
        headers: { "x-forwarded-for": `203.0.113.${index}` },
      }),
    );
    const statuses = (await Promise.all(asked)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(40);
    expect(statuses.filter((status) => status === 429)).toHaveLength(80);
  });
});

describe("a route's own budget", () => {
  it("is counted for each user, in all processes, together with the routes that name it too", async () => {
    const apis = [
      await stand.api({}, { products, rateLimits: await inDatabase() }),
      await stand.api({}, { products, rateLimits: await inDatabase() }),
    ] as const;
    const users = [await login(apis[0].url), await login(apis[0].url)] as const;
    const scare = (user: 0 | 1, api: 0 | 1) =>
      ask(`${apis[api].url}/ghosts/scare`, {
        method: "POST",
        headers: { authorization: `Bearer ${users[user].token}` },
      });
    const first = await scare(0, 0);
    expect(first).toMatchObject({ status: 200, body: { scared: true } });
    expect(first.headers.get("ratelimit-limit")).toBe("3");
    expect(first.headers.get("ratelimit-remaining")).toBe("2");
    expect((await scare(0, 1)).status).toBe(200);
    const looked = await ask(`${apis[1].url}/ghosts/scares`, {
      headers: { authorization: `Bearer ${users[0].token}` },
    });
    expect(looked.status).toBe(200);
    const refused = await scare(0, 0);
    expect(refused).toMatchObject({ status: 429, body: { error: { code: "RATE_LIMITED" } } });
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(3_000);
    expect((await scare(1, 1)).status).toBe(200);
  });

  it("stops the start where two routes give it different rules", async () => {
    const [first, second] = demoProduct.routes.filter(({ limit }) => limit);
    if (!first || !second) throw new Error("the demo product has two routes with a budget");
    const limit = { budget: "scares", limit: 4, windowMs: 3_600_000 };
    const contradictory = { ...demoProduct, routes: [first, { ...second, limit }] };
    await expect(stand.api({}, { products: [contradictory] })).rejects.toMatchObject({
      code: "RATE_LIMIT_NAME_TAKEN",
      fault: { name: "demo.scares" },
    });
  });
});

describe("while the store of budgets is down", () => {
  it("refuses writes and answers reads, says so once, and counts it", async () => {
    const lines: string[] = [];
    const metrics = createMetrics({ processMetrics: false });
    const logger = createLogger({ level: "info", destination: writeTo(lines) });
    const rateLimits = await inDatabase();
    const { url } = await stand.api({}, { products, rateLimits, logger, metrics });
    const { token, cookie } = await login(url);
    const headers = { authorization: `Bearer ${token}` };
    await stand.database.query("ALTER SCHEMA rate_limit RENAME TO rate_limit_gone");
    for (let turn = 0; turn < 5; turn += 1) {
      expect((await ask(`${url}/feed`)).status).toBe(200);
      expect((await ask(`${url}/auth/session`, { headers })).status).toBe(200);
      for (const [path, init] of [
        ["/ghosts/scare", { method: "POST", headers }],
        ["/ghosts", { json: { name: "casper", amount: "1" }, headers: { cookie } }],
        ["/auth/verify", { json: { message: "hello", signature: "0x00" } }],
      ] as const) {
        expect(await ask(`${url}${path}`, init)).toMatchObject({
          status: 503,
          body: { error: { code: "RATE_LIMIT_UNAVAILABLE" } },
        });
      }
    }
    expect(await metrics.metrics()).toContain(
      'api_refused_total{code="RATE_LIMIT_UNAVAILABLE"} 15',
    );
    expect(lines.filter((line) => line.includes("a request failed"))).toEqual([]);

    await stand.database.query("ALTER SCHEMA rate_limit_gone RENAME TO rate_limit");
    await expect
      .poll(async () => (await ask(`${url}/ghosts/scare`, { method: "POST", headers })).status)
      .toBe(200);
  });
});

function writeTo(lines: string[]): Writable {
  return new Writable({
    write(chunk: Buffer, _, done) {
      lines.push(chunk.toString());
      done();
    },
  });
}
