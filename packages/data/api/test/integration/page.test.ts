import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ApiStand, ask } from "../api-stand.ts";
import { demoProduct } from "../demo-product.ts";

const INLINE = 'import("/_app/immutable/start.js")';
const HTML = `<!doctype html><script>${INLINE}</script><script src="/x.js"></script><title>g</title>`;
const html = { headers: { accept: "text/html,application/xhtml+xml" } };

let stand: ApiStand;
let pageDirectory = "";
beforeAll(async () => {
  stand = await ApiStand.open();
  pageDirectory = join(stand.directory, "build");
  mkdirSync(join(pageDirectory, "_app", "immutable"), { recursive: true });
  writeFileSync(join(pageDirectory, "index.html"), HTML);
  writeFileSync(join(pageDirectory, "robots.txt"), "User-agent: *");
  writeFileSync(join(pageDirectory, "_app", "immutable", "start.js"), "1");
  writeFileSync(join(stand.directory, "outside.txt"), "hunter2");
});
afterEach(() => stand.clear());
afterAll(() => stand.close());

describe("the page", () => {
  it("is served at /, and at every path of its own when a browser asks", async () => {
    const { url } = await stand.api({ pageDirectory });
    for (const path of ["/", "/index.html", "/explorer/block/7"]) {
      const page = await ask(`${url}${path}`, html);
      expect(page).toMatchObject({ status: 200, body: HTML });
      expect(page.headers.get("content-type")).toContain("text/html");
      expect(page.headers.get("cache-control")).toBe("no-cache");
      expect(page.headers.get("x-frame-options")).toBe("DENY");
      expect(page.headers.get("cross-origin-opener-policy")).toBe("same-origin");
    }
    expect((await ask(`${url}/explorer/block/7`)).body.error.code).toBe("NOT_FOUND");
    const posted = await ask(`${url}/explorer`, { ...html, method: "POST" });
    expect(posted).toMatchObject({ status: 404, body: { error: { code: "NOT_FOUND" } } });
  });

  it("lets browsers keep for ever what never changes, and ask again for the rest", async () => {
    const { url } = await stand.api({ pageDirectory });
    const script = await ask(`${url}/_app/immutable/start.js`);
    expect(script.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(script.headers.get("content-type")).toContain("javascript");
    const robots = await ask(`${url}/robots.txt`);
    expect(robots.headers.get("cache-control")).toBe("no-cache");
    const etag = robots.headers.get("etag") ?? "";
    // Without the second header fetch asks for no cache, because of the first.
    const headers = { "if-none-match": etag, "cache-control": "max-age=0" };
    const again = await ask(`${url}/robots.txt`, { headers });
    expect(again.status).toBe(304);
  });

  it("may run its own scripts and connect to the gateway and the chain, nothing else", async () => {
    const info = {
      chainId: 1,
      rpcUrl: "http://127.0.0.1:8545",
      wsUrl: "ws://127.0.0.1:8545/x",
      gatewayUrl: "ws://0.0.0.0:8080/ws",
      contracts: {},
    };
    const { url } = await stand.api({ pageDirectory, network: () => info });
    const policy = (await ask(url, html)).headers.get("content-security-policy") ?? "";
    const hash = createHash("sha256").update(INLINE).digest("base64");
    expect(policy).toContain(`script-src 'self' 'sha256-${hash}';`);
    expect(policy).toContain(
      "connect-src 'self' http://127.0.0.1:8545 ws://127.0.0.1:8545 ws://127.0.0.1:8080;",
    );
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain("upgrade-insecure-requests");
  });

  it("may look for them on any port while it is not known where they are", async () => {
    const { url } = await stand.api({ pageDirectory });
    const policy = (await ask(url, html)).headers.get("content-security-policy") ?? "";
    expect(policy).toContain("connect-src 'self' http://127.0.0.1:* ws://127.0.0.1:*;");
  });

  it.each([
    "/../outside.txt",
    "/%2e%2e/outside.txt",
    "/..%2foutside.txt",
    "/_app/..%5c..%5coutside.txt",
  ])("does not leave its directory: %s", async (path) => {
    const { url } = await stand.api({ pageDirectory });
    const refused = await ask(`${url}${path}`);
    expect(refused.status).toBeGreaterThanOrEqual(400);
    expect(JSON.stringify(refused.body)).not.toContain("hunter2");
    expect(refused.body).toMatchObject({ error: { code: expect.any(String) } });
  });

  it("costs no budget: a page is many files", async () => {
    const limits = { anonymousPerMinute: 1, userPerMinute: 1, loginsPerMinute: 1 };
    const { url } = await stand.api({ pageDirectory, limits });
    for (let count = 0; count < 20; count += 1) {
      expect((await ask(`${url}/_app/immutable/start.js`)).status).toBe(200);
    }
    expect((await ask(`${url}/docs/json`)).status).toBe(200);
    expect((await ask(`${url}/feed`)).status).toBe(200);
  });

  it("says how to build it where it is not built, and the API works", async () => {
    for (const directory of [{}, { pageDirectory: join(stand.directory, "nowhere") }]) {
      const { url } = await stand.api(directory);
      for (const path of ["/", "/explorer"]) {
        const page = await ask(`${url}${path}`, html);
        expect(page.status).toBe(503);
        expect(page.body).toContain("npm run build");
      }
      expect((await ask(`${url}/feed`)).status).toBe(200);
    }
  });
});

describe("the page on an IPv6 address", () => {
  it("may connect there by port, since a policy cannot name the address", async () => {
    const at = (scheme: string, port: number) => `${scheme}://[::1]:${port}`;
    const info = {
      ...{ chainId: 1, rpcUrl: at("http", 8545), wsUrl: at("ws", 8545), contracts: {} },
      gatewayUrl: `${at("ws", 8080)}/ws`,
    };
    const { url } = await stand.api({ pageDirectory, network: () => info });
    const policy = (await ask(url, html)).headers.get("content-security-policy") ?? "";
    expect(policy).toContain("connect-src 'self' http://*:8545 ws://*:8545 ws://*:8080;");
  });
});

describe("a path that names no file of the page", () => {
  it.each(["//", "/a%00b", "/..%2foutside.txt", "/%2e%2e/outside.txt", "/_app"])(
    "is answered as unknown (%s)",
    async (path) => {
      const { url } = await stand.api({ pageDirectory });
      const refused = await ask(`${url}${path}`);
      expect(refused).toMatchObject({ status: 404, body: { error: { code: "NOT_FOUND" } } });
    },
  );
});

describe("the documentation", () => {
  it("describes every route, its errors and its locks, in OpenAPI 3.1", async () => {
    const { url } = await stand.api({}, { products: [demoProduct] });
    const { body } = await ask(`${url}/docs/json`);
    expect(body.openapi).toBe("3.1.0");
    expect(Object.keys(body.paths).sort()).toEqual([
      "/auth/logout",
      "/auth/nonce",
      "/auth/session",
      "/auth/verify",
      "/auth/ws-ticket",
      "/feed",
      "/ghosts",
      "/ghosts/broken",
      "/ghosts/closed",
      "/ghosts/early",
      "/ghosts/none",
      "/ghosts/scare",
      "/ghosts/scares",
      "/ghosts/search/{text}",
      "/ghosts/wrong",
      "/ghosts/{address}",
      "/health",
      "/metrics",
      "/network",
    ]);
    expect(body.paths["/ghosts/none"].get.description).toBe(
      "There is none.\n\n| status | code | when |\n|---|---|---|\n| 404 | `GHOST_UNKNOWN` | always |",
    );
    const make = body.paths["/ghosts"].post;
    expect(make.security).toEqual([{ bearer: [] }, { cookie: [] }]);
    expect(make.requestBody.content["application/json"].schema.required).toEqual([
      "name",
      "amount",
    ]);
    expect(make.requestBody.content["application/json"].schema.properties.name).toMatchObject({
      ...{ type: "string", minLength: 3, description: "of the ghost", examples: ["Casper"] },
    });
    expect(make.responses["4XX"].content["application/json"].schema).toEqual({
      $ref: "#/components/schemas/Error",
    });
    expect(body.components.schemas.Error.properties.error.required).toEqual(["code", "message"]);
    const limit = body.paths["/feed"].get.parameters.find(
      ({ name }: { name: string }) => name === "limit",
    );
    expect(limit).toMatchObject({ in: "query", required: false, schema: { maximum: 200 } });
  });

  it("is a page for people at /docs", async () => {
    const { url } = await stand.api();
    const page = await ask(`${url}/docs/`, html);
    expect(page.status).toBe(200);
    expect(page.body).toContain("swagger-ui");
    expect(page.headers.get("content-security-policy")).toContain("default-src 'self'");
    expect((await ask(`${url}/docs/static/swagger-ui-bundle.js`)).status).toBe(200);
  });
});
