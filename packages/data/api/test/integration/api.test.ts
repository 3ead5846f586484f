import { once } from "node:events";
import { connect } from "node:net";
import { appendFeed, feedPosition, type NewFeedRow } from "@ghostchain/feed";
import { Health } from "@ghostchain/service";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ApiStand, ask, login } from "../api-stand.ts";
import { demoProduct } from "../demo-product.ts";

const ALICE = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045";

let stand: ApiStand;
beforeAll(async () => {
  stand = await ApiStand.open();
});
afterEach(() => stand.clear());
afterAll(() => stand.close());

describe("GET /health", () => {
  it("is 503 with the reasons until every service is ready, then 200", async () => {
    const health = new Health();
    const { url } = await stand.api({}, { health });
    expect(await ask(`${url}/health`)).toMatchObject({
      status: 503,
      body: { status: "not_ready", services: {}, error: { code: "NOT_READY" } },
    });
    health.set("node", "ready");
    health.set("indexer", "starting", "block 10 of 500");
    const waiting = await ask(`${url}/health`);
    expect(waiting.status).toBe(503);
    expect(waiting.body.error.message).toBe("indexer is starting (block 10 of 500)");
    health.set("indexer", "ready");
    expect(await ask(`${url}/health`)).toMatchObject({
      status: 200,
      body: {
        status: "ready",
        services: { node: { status: "ready" }, indexer: { status: "ready" } },
      },
    });
  });
});

describe("GET /network", () => {
  it("is 503 until it is known, then says where everything is", async () => {
    let known = false;
    const info = {
      chainId: 31337,
      rpcUrl: "http://0.0.0.0:8545",
      wsUrl: "ws://0.0.0.0:8545",
      gatewayUrl: "ws://127.0.0.1:8080/ws",
      contracts: { GhostCore: { address: ALICE } },
    };
    const { url } = await stand.api({ network: () => (known ? info : undefined) });
    expect(await ask(`${url}/network`)).toMatchObject({
      status: 503,
      body: { error: { code: "NOT_READY" } },
    });
    known = true;
    expect((await ask(`${url}/network`)).body).toEqual({
      ...info,
      rpcUrl: "http://127.0.0.1:8545",
      wsUrl: "ws://127.0.0.1:8545",
    });
  });
});

describe("GET /metrics", () => {
  it("tells Prometheus how long requests took, by route and never by path", async () => {
    const { url } = await stand.api({}, { products: [demoProduct] });
    await ask(`${url}/ghosts/${ALICE}`);
    const { status, headers, body } = await ask(`${url}/metrics`);
    expect(status).toBe(200);
    expect(headers.get("content-type")).toContain("text/plain");
    expect(body).toContain(
      'api_request_seconds_count{method="GET",route="/ghosts/:address",status="2xx"} 1',
    );
    expect(body).not.toContain(ALICE);
  });
});

describe("GET /feed", () => {
  it("pages through events, newest first, without those a reorg took back", async () => {
    const { url } = await stand.api();
    await append(Array.from({ length: 7 }, (_, index) => event(index)));
    const { sequenceId: head } = await feedPosition(stand.database);
    await append([retraction([head, head - 1])]);
    const all: number[] = [];
    let next: number | null = null;
    do {
      const before = next === null ? "" : `&before=${next}`;
      const { status, body } = await ask(`${url}/feed?limit=2${before}`);
      expect(status).toBe(200);
      expect(body).toMatchObject({ epoch: expect.any(String), sequenceId: head + 1 });
      all.push(...body.events.map((entry: { sequenceId: number }) => entry.sequenceId));
      next = body.next;
    } while (next !== null);
    expect(all).toEqual([head - 2, head - 3, head - 4, head - 5, head - 6]);
    const { body } = await ask(`${url}/feed?limit=1&topic=level:1`);
    expect(body.events).toEqual([
      {
        sequenceId: head - 5,
        blockNumber: "9007199254740993",
        blockHash: "0xab",
        event: { type: "JACK_IN", timestamp: 1, amount: "500000000000000000000" },
      },
    ]);
  });

  it.each(["limit=0", "limit=201", "limit=x", "before=0", "before=-1", "before=1.5", "topic="])(
    "refuses ?%s and says where it is wrong",
    async (query) => {
      const { url } = await stand.api();
      const refused = await ask(`${url}/feed?${query}`);
      expect(refused).toMatchObject({
        status: 400,
        body: { error: { code: "VALIDATION_FAILED" } },
      });
      expect(refused.body.error.issues[0].path).toBe(`query.${query.split("=")[0]}`);
    },
  );
});

const LONG_PATH = `/ghosts/search/${"x".repeat(201)}`;

describe("a product's routes", () => {
  it("are mounted, parsed and stripped by their schemas, addresses in any case", async () => {
    const { url } = await stand.api({}, { products: [demoProduct] });
    for (const spelled of [ALICE, ALICE.toLowerCase(), `0x${ALICE.slice(2).toUpperCase()}`]) {
      expect((await ask(`${url}/ghosts/${spelled}?limit=3`)).body).toEqual({
        address: ALICE,
        limit: 3,
        user: null,
      });
    }
    const { token, address } = await login(url);
    const headers = { authorization: `Bearer ${token}` };
    expect((await ask(`${url}/ghosts/${ALICE}`, { headers })).body.user).toBe(address);
    const made = await ask(`${url}/ghosts`, { headers, json: { name: "casper", amount: "1" } });
    expect(made).toMatchObject({ status: 200, body: { name: "casper", owner: address } });
    expect(made.headers.get("cache-control")).toBe("no-store");
  });

  it("are refused to those who are not logged in, before the body is looked at", async () => {
    const { url } = await stand.api({}, { products: [demoProduct] });
    expect(await ask(`${url}/ghosts`, { json: { name: 1 } })).toMatchObject({
      status: 401,
      body: { error: { code: "AUTH_REQUIRED" } },
    });
  });

  it.each([
    ["/ghosts/0x123", 400, "VALIDATION_FAILED"],
    [`/ghosts/${ALICE}00`, 400, "VALIDATION_FAILED"],
    [`/ghosts/${ALICE}?limit=11`, 400, "VALIDATION_FAILED"],
    ["/ghosts/none", 404, "GHOST_UNKNOWN"],
    ["/ghosts/search/%00", 400, "TEXT_INVALID"],
    ["/ghosts/search/%zz", 400, "URL_MALFORMED"],
    [LONG_PATH, 400, "URL_MALFORMED"],
    ["/ghosts/early", 503, "NOT_READY"],
    ["/ghosts/closed", 503, "GHOSTS_CLOSED"],
    ["/ghosts/broken", 500, "INTERNAL"],
    ["/ghosts/wrong", 500, "INTERNAL"],
    ["/nothing", 404, "NOT_FOUND"],
    ["/../../etc/passwd", 404, "NOT_FOUND"],
    ["/__proto__", 404, "NOT_FOUND"],
  ])("answer GET %.60s with %i %s and nothing of what is inside", async (path, status, code) => {
    const { url } = await stand.api({}, { products: [demoProduct] });
    const refused = await ask(`${url}${path}`);
    expect(refused).toMatchObject({
      status,
      body: { error: { code, message: expect.any(String) } },
    });
    expect(JSON.stringify(refused.body)).not.toMatch(/hunter2|\.ts|stack|SELECT/);
  });

  it("give SQL metacharacters back as the text they are", async () => {
    const { url } = await stand.api({}, { products: [demoProduct] });
    const text = `'; DROP TABLE feed.row; -- " \\ % $1 \u2603`;
    const { body } = await ask(`${url}/ghosts/search/${encodeURIComponent(text)}`);
    expect(body).toEqual({ found: text });
  });
});

describe("a body that cannot be taken", () => {
  const deep = `${"[".repeat(30_000)}${"]".repeat(30_000)}`;

  it.each([
    ["half an object", "{", "application/json", 400, "BODY_MALFORMED"],
    ["nothing", "", "application/json", 400, "VALIDATION_FAILED"],
    ["a prototype", '{"__proto__":{"admin":true}}', "application/json", 400, "BODY_MALFORMED"],
    [
      "a constructor",
      '{"constructor":{"prototype":{}}}',
      "application/json",
      400,
      "BODY_MALFORMED",
    ],
    ["wrong fields", '{"name":"ab","amount":"-1"}', "application/json", 400, "VALIDATION_FAILED"],
    ["a deep array", deep, "application/json", 400, "VALIDATION_FAILED"],
    ["a long text", `"${"x".repeat(70_000)}"`, "application/json", 413, "BODY_TOO_LARGE"],
    ["a form", "a=b", "application/x-www-form-urlencoded", 415, "CONTENT_TYPE_UNSUPPORTED"],
    ["XML", "<a/>", "text/xml", 415, "CONTENT_TYPE_UNSUPPORTED"],
  ])("is refused: %s", async (_, body, type, status, code) => {
    const { url } = await stand.api({}, { products: [demoProduct] });
    const { token } = await login(url);
    const headers = { authorization: `Bearer ${token}`, "content-type": type };
    const refused = await ask(`${url}/ghosts`, { method: "POST", body, headers });
    expect(refused).toMatchObject({ status, body: { error: { code } } });
  });

  it("names every field that is wrong", async () => {
    const { url } = await stand.api({}, { products: [demoProduct] });
    const { token } = await login(url);
    const headers = { authorization: `Bearer ${token}` };
    const wrong = async (json: unknown): Promise<string[]> => {
      const { body } = await ask(`${url}/ghosts`, { headers, json });
      return body.error.issues.map(({ path }: { path: string }) => path);
    };
    expect(await wrong({ name: "ab", amount: 1 })).toEqual(["body.name", "body.amount"]);
    expect(await wrong([])).toEqual(["body"]);
  });

  it("is answered as an error even where it is not HTTP", async () => {
    const { port } = await stand.api();
    const socket = connect(port, "127.0.0.1");
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk.toString();
    });
    socket.write("BREW /coffee HTCPCP/1.0\r\n\r\n");
    await once(socket, "close");
    expect(text).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(JSON.parse(text.split("\r\n\r\n")[1] ?? "")).toMatchObject({
      error: { code: "REQUEST_REFUSED" },
    });
  });
});

describe("budgets", () => {
  it("refuse the request after the last, by address and by user, and leave /health open", async () => {
    const { url } = await stand.api({
      limits: { anonymousPerMinute: 4, userPerMinute: 6, loginsPerMinute: 10 },
    });
    const { token } = await login(url); // two requests
    const headers = { authorization: `Bearer ${token}` };
    const forged = { "x-forwarded-for": "203.0.113.9" };
    expect((await ask(`${url}/feed`)).headers.get("ratelimit-remaining")).toBe("1");
    expect((await ask(`${url}/feed`, { headers: forged })).status).toBe(200);
    const refused = await ask(`${url}/feed`, { headers: { "x-forwarded-for": "203.0.113.10" } });
    expect(refused).toMatchObject({ status: 429, body: { error: { code: "RATE_LIMITED" } } });
    for (let count = 0; count < 6; count += 1) {
      expect((await ask(`${url}/feed`, { headers })).status).toBe(200);
    }
    expect((await ask(`${url}/feed`, { headers })).status).toBe(429);
    expect((await ask(`${url}/health`)).status).toBe(503);
    expect((await ask(`${url}/metrics`)).status).toBe(200);
  });

  it("believe X-Forwarded-For of a proxy that is trusted", async () => {
    const { url } = await stand.api({
      trustProxy: ["127.0.0.1"],
      limits: { anonymousPerMinute: 1, userPerMinute: 1, loginsPerMinute: 1 },
    });
    const from = (ip: string) => ask(`${url}/feed`, { headers: { "x-forwarded-for": ip } });
    expect((await from("203.0.113.9")).status).toBe(200);
    expect((await from("203.0.113.9")).status).toBe(429);
    expect((await from("203.0.113.10")).status).toBe(200);
    expect((await from("2001:db8:1:2::1")).status).toBe(200);
    expect((await from("2001:db8:1:2:ffff::9")).status).toBe(429);
    expect((await from("2001:db8:1:3::1")).status).toBe(200);
  });
});

describe("headers", () => {
  it("let pages of the configured origins read, with credentials, and no others", async () => {
    const { url, port } = await stand.api({ origins: ["https://ghost.example"] });
    for (const origin of ["https://ghost.example", `http://localhost:${port}`]) {
      const { headers } = await ask(`${url}/feed`, { headers: { origin } });
      expect(headers.get("access-control-allow-origin")).toBe(origin);
      expect(headers.get("access-control-allow-credentials")).toBe("true");
    }
    const foreign = await ask(`${url}/feed`, { headers: { origin: "https://evil.example" } });
    expect(foreign.headers.get("access-control-allow-origin")).toBeNull();
    const preflight = await ask(`${url}/auth/verify`, {
      method: "OPTIONS",
      headers: {
        origin: "https://ghost.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type",
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-headers")).toContain("content-type");
  });

  it("give each request an id of ours, and close what a browser could be talked into", async () => {
    const { url } = await stand.api();
    const { headers } = await ask(`${url}/feed`, { headers: { "x-request-id": "theirs" } });
    expect(headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("content-security-policy")).toBe(
      "default-src 'none';frame-ancestors 'none'",
    );
    expect(headers.get("x-powered-by")).toBeNull();
  });
});

describe("the service", () => {
  it("names the port that is in use, and stops at once with connections open", async () => {
    const { port, url, stop } = await stand.api();
    await expect(stand.api({ port })).rejects.toMatchObject({ code: "API_PORT_IN_USE" });
    await ask(`${url}/health`);
    const idle = connect(port, "127.0.0.1");
    await once(idle, "connect");
    const startedAt = performance.now();
    await stand.clear();
    expect(performance.now() - startedAt).toBeLessThan(1000);
    expect(stop).toBeDefined();
    idle.destroy();
  });
});

async function append(rows: readonly NewFeedRow[]): Promise<void> {
  await stand.database.transaction(async (sql) => appendFeed(sql, await feedPosition(sql), rows));
}

const block = { blockNumber: 9007199254740993n, blockHash: "0xab", personal: [], subjects: [] };

function event(index: number): NewFeedRow {
  const topics = ["feed", `level:${index}`];
  const body = { type: "JACK_IN", timestamp: index, amount: "500000000000000000000" };
  return { ...block, kind: "event", topics, event: body };
}

function retraction(retracts: readonly number[]): NewFeedRow {
  return { ...block, kind: "retract", topics: ["feed"], retracts };
}
