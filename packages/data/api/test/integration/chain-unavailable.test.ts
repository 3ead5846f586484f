import { createServer, type Server } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { createSignatureCheck } from "../../src/contract-signature.ts";

const ALICE = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045";

describe("a chain that cannot be asked", () => {
  let server: Server | undefined;
  afterEach(async () => {
    server?.closeAllConnections();
    server?.close();
  });

  const answering = async (body: string | undefined, status = 200): Promise<string> => {
    const own = createServer((_, response) => {
      if (body !== undefined) response.writeHead(status).end(body);
    });
    server = own;
    await new Promise<void>((done) => own.listen(0, "127.0.0.1", done));
    const address = own.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    return `http://127.0.0.1:${address.port}/?key=hunter2`;
  };
  const check = async (rpc: string) =>
    createSignatureCheck({ rpc, timeoutMs: 200 })(ALICE, "hello", "0x00").catch(
      (error: unknown) => error,
    );

  it.each([
    ["hangs", undefined, 200],
    ["answers with a page", "<html>", 502],
    ["answers with no hexadecimal", '{"jsonrpc":"2.0","id":1,"result":{"a":1}}', 200],
    [
      "is over its own limit",
      '{"jsonrpc":"2.0","id":1,"error":{"code":-32005,"message":"x"}}',
      429,
    ],
    ["answers without end", `"${"0".repeat(4_000_000)}"`, 200],
  ])("makes nobody wait, and nobody a liar: one that %s", async (_, body, status) => {
    const startedAt = performance.now();
    const error = await check(await answering(body, status));
    expect(error).toMatchObject({ code: "LOGIN_CHAIN_UNAVAILABLE", fault: { status: 503 } });
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    expect(String(error)).not.toContain("hunter2");
  });

  it("is not asked by more logins than it can hold", async () => {
    let asked = 0;
    const rpc = {
      request: () => {
        asked += 1;
        return new Promise<unknown>(() => {});
      },
    };
    const slow = createSignatureCheck({ rpc, timeoutMs: 100 });
    const all = await Promise.allSettled(
      Array.from({ length: 100 }, () => slow(ALICE, "hello", "0x00")),
    );
    expect(all.every(({ status }) => status === "rejected")).toBe(true);
    expect(asked).toBe(16);
  });

  it.each(["ws://127.0.0.1:8545/hunter2", "hunter2", ""])("is refused by its URL: %j", (rpc) => {
    const thrown = (() => {
      try {
        return createSignatureCheck({ rpc });
      } catch (error) {
        return error;
      }
    })();
    expect(thrown).toMatchObject({ code: "API_RPC_URL_MALFORMED" });
    expect(String(thrown)).not.toContain("hunter2");
  });
});
