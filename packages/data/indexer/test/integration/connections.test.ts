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
