import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ApiStand, ask, login, signLogin } from "../api-stand.ts";
import { demoProduct } from "../demo-product.ts";

const ALICE = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045";
const limits = { anonymousPerMinute: 1e6, userPerMinute: 1e6, loginsPerMinute: 1e6 };
const products = [demoProduct];

let stand: ApiStand;
beforeAll(async () => {
  stand = await ApiStand.open();
});
afterEach(() => stand.clear());
afterAll(() => stand.close());

interface Operation {
  readonly parameters?: readonly { name: string; in: "path" | "query" }[];
  readonly requestBody?: { content: Record<string, { schema: { properties?: object } }> };
}

const HOSTILE = [
  "'; DROP TABLE feed.row; --",
  "' OR '1'='1",
  "1; SELECT pg_sleep(10)",
  '$1 $$ \\ % _ " `',
  "\u0000",
  "__proto__",
];

describe("SQL metacharacters in every string", () => {
  it("reach no statement, wherever a route takes a text", async () => {
    const { url } = await stand.api({ limits }, { products });
    const { token } = await login(url);
    const headers = { authorization: `Bearer ${token}` };
    const { body: docs } = await ask(`${url}/docs/json`);
    const paths = docs.paths as Record<string, Record<string, Operation>>;
    let asked = 0;
    for (const [path, operations] of Object.entries(paths)) {
      for (const [method, operation] of Object.entries(operations)) {
        if (path === "/ghosts/broken" || path === "/ghosts/wrong") continue; // break by themselves
        for (const text of HOSTILE) {
          const { target, json } = attack(path, operation, text);
          const init = json === undefined ? { method: method.toUpperCase() } : { json };
          const startedAt = performance.now();
          const answer = await ask(url + target, { ...init, headers });
          expect([200, 400, 401, 404, 429, 503], `${method} ${target}`).toContain(answer.status);
          expect(JSON.stringify(answer.body)).not.toMatch(/syntax error|SELECT .* FROM|at .*\.ts/);
          expect(performance.now() - startedAt).toBeLessThan(5_000);
          asked += 1;
        }
      }
    }
    expect(asked).toBeGreaterThan(80);
    const [row] = await stand.database.query<{ there: boolean }>(
      "SELECT to_regclass('feed.row') IS NOT NULL AS there",
      [],
    );
    expect(row?.there).toBe(true);
  });
});

/** The route with `text` for each of its parameters and fields. */
function attack(
  path: string,
  operation: Operation,
  text: string,
): { target: string; json?: object } {
  const url = new URL(path.replaceAll(/\{[^}]+\}/g, encodeURIComponent(text)), "http://x");
  for (const parameter of operation.parameters ?? []) {
    if (parameter.in === "query") url.searchParams.set(parameter.name, text);
  }
  const target = url.pathname + url.search;
  const properties = operation.requestBody?.content["application/json"]?.schema.properties;
  if (!properties) return { target };
  return { target, json: Object.fromEntries(Object.keys(properties).map((name) => [name, text])) };
}

describe("prototype pollution keys", () => {
  it.each([
    "__proto__[polluted]=1",
    "__proto__.polluted=1",
    "constructor[prototype][polluted]=1",
    "__proto__=1&constructor=1&hasOwnProperty=1",
  ])("in the query change nothing: %s", async (query) => {
    const { url } = await stand.api({ limits }, { products });
    expect((await ask(`${url}/feed?${query}`)).status).toBe(200);
    expect((await ask(`${url}/ghosts/${ALICE}?${query}`)).status).toBe(200);
    expect("polluted" in {}).toBe(false);
  });

  it("in the path name nothing", async () => {
    const { url } = await stand.api({ limits }, { products });
    for (const name of ["__proto__", "constructor", "toString"]) {
      expect((await ask(`${url}/ghosts/${name}`)).status).toBe(400);
    }
  });
});

describe("another site's page (CORS, CSRF)", () => {
  const evil = "https://evil.example";

  it.each([evil, "null", "http://localhost.evil.example", "https://ghost.example.evil.example"])(
    "of origin %s is let in by no preflight and may read no answer",
    async (origin) => {
      const { url } = await stand.api({ origins: ["https://ghost.example"] });
      const preflight = await ask(`${url}/auth/verify`, {
        method: "OPTIONS",
        headers: { origin, "access-control-request-method": "POST" },
      });
      const read = await ask(`${url}/feed`, { headers: { origin } });
      for (const { headers } of [preflight, read]) {
        expect(headers.get("access-control-allow-origin")).toBeNull();
        expect(headers.get("vary")).toMatch(/origin/i);
      }
    },
  );

  it.each(["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])(
    "cannot log a visitor into an account of its own with a form of %s (login CSRF)",
    async (type) => {
      const { url } = await stand.api();
      const { message, signature } = await signLogin(url);
      const refused = await ask(`${url}/auth/verify`, {
        method: "POST",
        headers: { "content-type": type, origin: evil },
        body: JSON.stringify({ message, signature }),
      });
      expect(refused).toMatchObject({
        status: 415,
        body: { error: { code: "CONTENT_TYPE_UNSUPPORTED" } },
      });
      expect(refused.headers.get("set-cookie")).toBeNull();
    },
  );

  it("cannot write with a visitor's cookie, on any route that writes", async () => {
    const { url } = await stand.api({ limits }, { products });
    const { cookie } = await login(url);
    for (const path of [
      "/ghosts",
      "/ghosts/scare",
      "/auth/ws-ticket",
      "/auth/logout",
      "/auth/verify",
    ]) {
      for (const headers of [{ cookie }, { cookie, origin: evil }, { cookie, origin: "null" }]) {
        expect(await ask(url + path, { method: "POST", headers }), path).toMatchObject({
          status: 403,
          body: { error: { code: "CSRF_REFUSED" } },
        });
      }
    }
  });
});

describe("a request that two readers would read differently (smuggling)", () => {
  it.each([
    ["two lengths", "Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcd"],
    ["a length and chunks", "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"],
    ["a space before the colon", "Content-Length : 4\r\n\r\nabcd"],
    ["a bare line feed in a header", "X: a\nContent-Length: 4\r\n\r\nabcd"],
  ])("is refused and its connection closed: %s", async (_, rest) => {
    const { port } = await stand.api();
    const answer = await exchange(port, `POST /auth/logout HTTP/1.1\r\nHost: x\r\n${rest}`);
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
  });

  it("with headers over their limit is answered 431", async () => {
    const { port } = await stand.api();
    const answer = await exchange(port, `GET / HTTP/1.1\r\nX: ${"x".repeat(40_000)}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
    expect(answer).toContain("HEADERS_TOO_LARGE");
  });
});

async function exchange(port: number, request: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  let text = "";
  socket.on("error", () => {});
  socket.on("data", (chunk) => {
    text += chunk.toString();
  });
  socket.write(request);
  await once(socket, "close");
  return text;
}
