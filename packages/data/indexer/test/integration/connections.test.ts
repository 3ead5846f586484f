import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { connect } from "../../src/rpc/connect.ts";
import type { RpcConnection } from "../../src/rpc/rpc-connection.ts";
import { RpcServer } from "../support/rpc-server.ts";

let server: RpcServer;
let connection: RpcConnection;
beforeEach(async () => {
  server = await RpcServer.listen();
});
afterEach(async () => {
  connection.close();
  await server.close();
});

describe.each(["http", "ws"])("a connection over %s", (scheme) => {
  beforeEach(() => {
    connection = connect(`${scheme}://${server.host}/some/key`);
  });

  it("answers each of many requests with its own result", async () => {
    server.respond = (_method, params) => ({ result: params[0] });
    const all = Array.from({ length: 50 }, (_, i) => connection.request("echo", [i]));
    expect(await Promise.all(all)).toEqual(Array.from({ length: 50 }, (_, i) => i));
  });

  it("says what the server refused, with its code", async () => {
    server.respond = () => ({ error: { code: -32005, message: "too many results" } });
    await expect(connection.request("eth_getLogs", [])).rejects.toMatchObject({
      fault: { code: "INDEXER_SOURCE_REFUSED", method: "eth_getLogs", rpcCode: -32005 },
      message: expect.stringContaining("too many results"),
    });
  });

  it("refuses an answer that is neither a result nor an error", async () => {
    server.respond = () => ({ hello: 1 });
    await expect(connection.request("eth_chainId", [])).rejects.toMatchObject({
      code: "INDEXER_SOURCE_INCONSISTENT",
    });
  });

  it("says that nobody is there, and where, without what may be a key", async () => {
    const { host } = server;
    await server.close();
    const error = await connection.request("eth_chainId", []).catch((e: unknown) => e);
    expect(error).toMatchObject({
      fault: { code: "INDEXER_SOURCE_UNREACHABLE", where: `${scheme}://${host}` },
    });
    expect(String(error)).not.toContain("key");
  });

  it("answers several calls in their order, and names the first that was refused", async () => {
    server.respond = (_method, [n]) =>
      n === 3 ? { error: { code: -32000, message: "not three" } } : { result: n };
    const call = (n: number) => ({ method: "echo", params: [n] });
    expect(await connection.requestAll([call(0), call(1), call(2)])).toEqual([0, 1, 2]);
    expect(await connection.requestAll([])).toEqual([]);
    await expect(connection.requestAll([call(1), call(3)])).rejects.toThrow("not three");
  });

  it("takes a server that does not answer in time for gone", async () => {
    connection.close();
    connection = connect(`${scheme}://${server.host}`, { timeoutMs: 60, maxResponseBytes: 1_000 });
    const error = await connection.request("wait", []).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "INDEXER_SOURCE_UNREACHABLE" });
    expect(String(error)).toMatch(/timeout|no answer to wait in 0.06 s/);
  });

  it("reads no more of an answer than it may have", async () => {
    connection.close();
    connection = connect(`${scheme}://${server.host}`, {
      ...{ timeoutMs: 5_000, maxResponseBytes: 1_000 },
    });
    server.respond = () => ({ result: "x".repeat(5_000) });
    await expect(connection.request("echo", [])).rejects.toMatchObject({
      code: "INDEXER_SOURCE_UNREACHABLE",
    });
    server.respond = () => ({ result: "x".repeat(500) });
    expect(await connection.request("echo", [])).toHaveLength(500);
  });

  it.each(["daily rate limit reached", "Too Many Requests", "exceeded its compute units"])(
    "knows from %j that it should ask less",
    async (message) => {
      server.respond = () => ({ error: { code: -32005, message } });
      await expect(connection.request("eth_getLogs", [])).rejects.toMatchObject({
        fault: { code: "INDEXER_SOURCE_BUSY", retryAfterMs: 1_000 },
      });
    },
  );

  it("repeats no key that a server puts into what it says", async () => {
    const message = "see https://me:secret@rpc.example.com/v2/t0psecret?key=secret for more";
    server.respond = () => ({ error: { code: -32000, message } });
    const error = await connection.request("eth_getLogs", []).catch((e: unknown) => e);
    expect(String(error)).toContain("see https://rpc.example.com for more");
    expect(JSON.stringify((error as { fault: unknown }).fault)).not.toContain("secret");
  });

  it("answers nothing any more once it is closed", async () => {
    connection.close();
    await expect(connection.request("eth_chainId", [])).rejects.toMatchObject({
      code: "INDEXER_SOURCE_UNREACHABLE",
    });
  });
});

describe("a connection over http", () => {
  it("survives a body that is not JSON, and sends the URL's user as credentials", async () => {
    connection = connect(`http://me:p%40ss@${server.host}`);
    server.respond = () => "<html>bad gateway</html>";
    await expect(connection.request("eth_chainId", [])).rejects.toMatchObject({
      fault: { code: "INDEXER_SOURCE_UNREACHABLE", reason: expect.stringContaining("not JSON") },
    });
    expect(server.headers.authorization).toBe(`Basic ${btoa("me:p@ss")}`);
    expect(connection.subscribe).toBeUndefined();
  });
});

describe("a connection over http that asks for several things", () => {
  const calls = [1, 2, 3].map((n) => ({ method: "echo", params: [n] }));
  beforeEach(() => {
    connection = connect(`http://${server.host}`);
    server.respond = (_method, [n]) => ({ result: n });
  });

  it("puts them into one message", async () => {
    expect(await connection.requestAll(calls)).toEqual([1, 2, 3]);
    expect(server.batches).toEqual([3]);
  });

  it("asks one by one where a server takes no batches, and remembers", async () => {
    server.takesBatches = false;
    expect(await connection.requestAll(calls)).toEqual([1, 2, 3]);
    expect(await connection.requestAll(calls)).toEqual([1, 2, 3]);
    expect(server.batches).toEqual([3]);
  });

  it("asks for no more than a hundred in one message", async () => {
    const many = Array.from({ length: 250 }, (_, n) => ({ method: "echo", params: [n] }));
    expect(await connection.requestAll(many)).toEqual(many.map(({ params }) => params[0]));
    expect(server.batches).toEqual([100, 100, 50]);
  });

  it.each([
    { what: "seconds", said: () => "2", isAbout: 2_000 },
    {
      what: "a date",
      said: () => new Date(Date.now() + 30_000).toUTCString(),
      isAbout: 30_000,
    },
    { what: "a day, which is too long", said: () => "86400", isAbout: 60_000 },
  ])("knows how long to wait from Retry-After in $what", async ({ said, isAbout }) => {
    server.head = { status: 429, headers: { "retry-after": said() } };
    const error = await connection.requestAll(calls).catch((e: unknown) => e);
    const { fault } = error as { fault: { code: string; retryAfterMs: number } };
    expect(fault.code).toBe("INDEXER_SOURCE_BUSY");
    expect(Math.abs(fault.retryAfterMs - isAbout)).toBeLessThan(2_000);
    expect(server.batches).toEqual([3]);
  });
});

describe("a connection over ws", () => {
  beforeEach(() => {
    connection = connect(`ws://${server.host}`);
  });

  it("hands on what is pushed, also what overtakes the subscription's id, and nothing after", async () => {
    const push = (result: number) => ({
      method: "eth_subscription",
      params: { subscription: "0x7", result },
    });
    server.respond = (method) => {
      if (method === "eth_subscribe") server.push(push(1));
      return { result: method === "eth_subscribe" ? "0x7" : true };
    };
    const heard: unknown[] = [];
    const unsubscribe = await connection.subscribe?.(
      ["newHeads"],
      (x) => heard.push(x),
      () => {},
    );
    server.push(push(2));
    server.push({ method: "eth_subscription", params: { subscription: "0x8", result: 9 } });
    server.push("nonsense");
    await expect.poll(() => heard).toEqual([1, 2]);
    unsubscribe?.();
    await expect.poll(() => server.requests).toContain("eth_unsubscribe");
    server.push(push(3));
    await connection.request("eth_chainId", []);
    expect(heard).toEqual([1, 2]);
  });

  it("tells subscribers once that it was cut, fails what waits, and opens again when asked", async () => {
    server.respond = (method) => (method === "wait" ? undefined : { result: "0x7" });
    let lost = 0;
    await connection.subscribe?.(
      ["newHeads"],
      () => {},
      () => {
        lost += 1;
      },
    );
    const waiting = connection.request("wait", []);
    await expect.poll(() => server.requests).toContain("wait");
    server.cut();
    await expect(waiting).rejects.toMatchObject({ code: "INDEXER_SOURCE_UNREACHABLE" });
    expect(lost).toBe(1);
    expect(await connection.request("eth_chainId", [])).toBe("0x7");
  });
});

describe("connect", () => {
  it.each(["ftp://localhost", "localhost:8545", ""])("refuses the URL %j", (url) => {
    connection = connect("http://127.0.0.1:1");
    expect(() => connect(url)).toThrow(
      expect.objectContaining({ code: "INDEXER_SOURCE_URL_MALFORMED" }),
    );
  });
});
