import { describe, expect, it } from "vitest";
import { rawExchange, rawRequest, startServer } from "./running-server.ts";

const CHAIN_ID = '{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}';

describe("HTTP", () => {
  it("answers requests and batches", async () => {
    const { post } = await startServer();
    const answer = await post(CHAIN_ID);
    expect(answer.headers.get("content-type")).toBe("application/json");
    expect(await answer.json()).toEqual({ jsonrpc: "2.0", id: 1, result: "0x7a69" });
    expect(await (await post(`[${CHAIN_ID},${CHAIN_ID}]`)).json()).toHaveLength(2);
    expect((await post('{"jsonrpc":"2.0","method":"eth_chainId"}')).status).toBe(204);
  });

  it("answers errors of requests with 200 and their code", async () => {
    const { post } = await startServer();
    const answer = await post("{");
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ id: null, error: { code: -32700 } });
    const invalid = Buffer.from([0x7b, 0xff, 0xfe, 0x7d]);
    expect(await (await post(invalid)).json()).toMatchObject({ error: { code: -32700 } });
  });

  it("takes JSON only", async () => {
    const { post } = await startServer();
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/jsonx"]) {
      expect((await post(CHAIN_ID, { "content-type": type })).status).toBe(415);
    }
    const withCharset = { "content-type": "application/json; charset=utf-8" };
    expect((await post(CHAIN_ID, withCharset)).status).toBe(200);
    expect((await post(CHAIN_ID, { "content-encoding": "gzip" })).status).toBe(415);
  });

  it("takes bodies of up to 5 MB, said or not said before", async () => {
    const { post, server } = await startServer();
    const padded = `${CHAIN_ID}${" ".repeat(5 * 1024 * 1024 - CHAIN_ID.length)}`;
    expect((await post(padded)).status).toBe(200);
    expect((await post(`${padded} `)).status).toBe(413);
    const chunk = `10000\r\n${" ".repeat(0x10000)}\r\n`;
    const head = "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n";
    const chunked = `${head}transfer-encoding: chunked\r\n\r\n${chunk.repeat(81)}`;
    expect(await rawExchange(server.port, chunked)).toContain("HTTP/1.1 413");
  });

  it("greets a browser, and refuses other methods", async () => {
    const { url } = await startServer();
    const greeting = await fetch(url);
    expect(await greeting.text()).toContain("JSON-RPC");
    expect((await fetch(url, { method: "PUT" })).status).toBe(405);
    expect((await fetch(url, { method: "DELETE" })).status).toBe(405);
  });

  it("lets pages of any origin in, unless told which", async () => {
    const open = await startServer();
    const any = await open.post(CHAIN_ID, { origin: "https://app.example" });
    expect(any.headers.get("access-control-allow-origin")).toBe("*");
    const preflight = await fetch(open.url, {
      method: "OPTIONS",
      headers: { origin: "https://app.example", "access-control-request-method": "POST" },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-headers")).toContain("content-type");

    const strict = await startServer({ allowedOrigins: ["https://app.example"] });
    const known = await strict.post(CHAIN_ID, { origin: "https://app.example" });
    expect(known.headers.get("access-control-allow-origin")).toBe("https://app.example");
    const foreign = await strict.post(CHAIN_ID, { origin: "https://evil.example" });
    expect(foreign.headers.get("access-control-allow-origin")).toBeNull();
  });

  it("refuses a Host header that names another server", async () => {
    const { url } = await startServer({ allowedHosts: ["node.example"] });
    const status = (host: string) => rawRequest(url, { method: "GET", headers: { host } });
    expect(await status("evil.example")).toBe(403);
    expect(await status("evil.example:8545")).toBe(403);
    for (const host of ["localhost:1", "127.0.0.1", "[::1]:8545", "node.example", "a.localhost"]) {
      expect(await status(host), host).toBe(200);
    }
  });

  it("keeps dev methods to itself when it is told to, or listens in public", async () => {
    const mine = '{"jsonrpc":"2.0","id":1,"method":"evm_mine"}';
    const local = await startServer();
    expect(await (await local.post(mine)).json()).toHaveProperty("result");
    const open = await startServer({ host: "0.0.0.0" });
    expect(await (await open.post(mine)).json()).toMatchObject({ error: { code: -32601 } });
    const exposed = await startServer({ host: "0.0.0.0", exposeDevMethods: true });
    expect(await (await exposed.post(mine)).json()).toHaveProperty("result");
  });
});

describe("the server", () => {
  it("says which port is in use and what to do", async () => {
    const { server } = await startServer();
    const second = startServer({ port: server.port });
    await expect(second).rejects.toMatchObject({
      code: "RPC_PORT_IN_USE",
      message: expect.stringContaining(`port ${server.port} on 127.0.0.1 is in use`),
    });
    await expect(startServer({ host: "no.such.host.invalid" })).rejects.toMatchObject({
      code: "RPC_LISTEN_FAILED",
    });
  });

  it("stops at once with idle and unfinished connections, twice if asked", async () => {
    const { server, post } = await startServer();
    await post(CHAIN_ID);
    const unfinished = rawExchange(server.port, "POST / HTTP/1.1\r\nhost: localhost\r\n");
    await new Promise((resolve) => setTimeout(resolve, 50));
    const startMs = performance.now();
    await Promise.all([server.stop(), server.stop()]);
    expect(performance.now() - startMs).toBeLessThan(1_000);
    await unfinished;
    expect(server.port).toBe(0);
  });
});
