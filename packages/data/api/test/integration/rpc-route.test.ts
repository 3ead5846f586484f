import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createSignedClients, MemoryNonceStore, signRequest } from "@ghostchain/http-signature";
import { createMemoryLimits } from "@ghostchain/rate-limit";
import { createRpcProxy, type RpcProxy, type RpcProxyOptions } from "@ghostchain/rpc-proxy";
import {
  createLogger,
  createMetrics,
  createSilentLogger,
  Health,
  systemClock,
} from "@ghostchain/service";
import { type Anvil, findAnvil, startAnvil } from "@ghostchain/tools/anvil";
import { createPublicClient, http } from "viem";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ApiStand, ask, login } from "../api-stand.ts";

const SIGNAL = new AbortController().signal;
const binary = findAnvil();
const keys = generateKeyPairSync("ed25519");
const BLOCK_NUMBER = { jsonrpc: "2.0", id: 1, method: "eth_blockNumber", params: [] };
const TIGHT = { light: 3, state: 3, heavy: 3, write: 3 };

let stand: ApiStand;
let anvil: Anvil;
const proxies: RpcProxy[] = [];

async function open(options: Partial<RpcProxyOptions> = {}, clients: object[] = []) {
  const health = new Health();
  const logger = createSilentLogger();
  const rpc = createRpcProxy(
    {
      ...{ health, logger, clock: systemClock },
      rateLimits: createMemoryLimits({ clock: systemClock }),
      metrics: createMetrics({ processMetrics: false }),
    },
    { upstreams: [anvil.url], ...options },
  );
  proxies.push(rpc);
  await rpc.start(SIGNAL);
  const clientsFile = join(stand.directory, "clients.json");
  const bot = { keyid: "bot", name: "Bot", publicKey: keys.publicKey.export({ format: "jwk" }) };
  writeFileSync(clientsFile, JSON.stringify([{ ...bot, ...clients[0] }]));
  const signedClients = createSignedClients(
    { clock: systemClock, logger, nonces: new MemoryNonceStore() },
    { clientsFile },
  );
  await signedClients.start(SIGNAL);
  const { url } = await stand.api({ origins: ["https://page.example"] }, { rpc, signedClients });
  return { api: url, url: `${url}/rpc` };
}

function sign(url: string, json: unknown, key = keys.privateKey): RequestInit {
  const body = JSON.stringify(json);
  const headers = { "content-type": "application/json" };
  const added = signRequest({ method: "POST", url, headers, body }, { keyid: "bot", key });
  return { method: "POST", body, headers: { ...headers, ...added } };
}

describe.skipIf(!binary && !process.env.CI)("POST /rpc", () => {
  beforeAll(async () => {
    stand = await ApiStand.open();
    anvil = await startAnvil(binary ?? "");
  });
  afterEach(async () => {
    await stand.clear();
    for (const proxy of proxies.splice(0)) await proxy.stop();
  });
  afterAll(async () => {
    await anvil.stop();
    await stand.close();
  });

  it("serves a client that anyone has, and is documented", async () => {
    const { url, api } = await open();
    const client = createPublicClient({ transport: http(url, { batch: true }) });
    const [chainId, block] = await Promise.all([client.getChainId(), client.getBlock()]);
    expect(chainId).toBe(31337);
    expect(block.number).toBe(0n);
    const { body } = await ask(`${api}/docs/json`);
    expect(body.paths["/rpc"].post.requestBody.content["application/json"].schema).toBeTruthy();
  });

  it("answers what is no JSON as JSON-RPC does, and a notification with nothing", async () => {
    const { url } = await open();
    const headers = { "content-type": "application/json" };
    const broken = await ask(url, { method: "POST", headers, body: "{" });
    expect(broken).toMatchObject({ status: 200, body: { id: null, error: { code: -32700 } } });
    const { id: _, ...notification } = BLOCK_NUMBER;
    expect(await ask(url, { json: notification })).toMatchObject({ status: 204, body: "" });
  });

  it("refuses a body over the limit, and one of another type", async () => {
    const { url } = await open();
    const long = await ask(url, { json: { ...BLOCK_NUMBER, params: ["x".repeat(1024 * 1024)] } });
    expect(long).toMatchObject({ status: 413, body: { error: { code: "BODY_TOO_LARGE" } } });
    const form = await ask(url, {
      method: "POST",
      body: "a=b",
      headers: { "content-type": "text/xml" },
    });
    expect(form).toMatchObject({
      status: 415,
      body: { error: { code: "CONTENT_TYPE_UNSUPPORTED" } },
    });
  });

  it("does not take a client that leaves for a failure of ours", async () => {
    const lines: string[] = [];
    const logger = createLogger({ level: "info", destination: { write: (l) => lines.push(l) } });
    let ended: unknown;
    const slow: RpcProxy = {
      ...{ name: "slow", start: async () => {}, stop: async () => {} },
      handle: (_body, _caller, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => {
            ended = signal.reason;
            reject(signal.reason);
          });
        }),
    };
    const { url } = await stand.api({}, { rpc: slow, logger });
    const leaving = AbortSignal.timeout(100);
    await expect(ask(`${url}/rpc`, { json: BLOCK_NUMBER, signal: leaving })).rejects.toThrow();
    await expect.poll(() => ended).toBeInstanceOf(Error);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(lines).toEqual([]);
  });

  it("lets our pages read answers and no others", async () => {
    const { url } = await open();
    const from = async (origin: string) =>
      (await ask(url, { json: BLOCK_NUMBER, headers: { origin } })).headers.get(
        "access-control-allow-origin",
      );
    expect(await from("https://page.example")).toBe("https://page.example");
    expect(await from("https://evil.example")).toBeNull();
  });
});

describe.skipIf(!binary && !process.env.CI)("who is charged for POST /rpc", () => {
  beforeAll(async () => {
    stand = await ApiStand.open();
    anvil = await startAnvil(binary ?? "");
  });
  afterEach(async () => {
    await stand.clear();
    for (const proxy of proxies.splice(0)) await proxy.stop();
  });
  afterAll(async () => {
    await anvil.stop();
    await stand.close();
  });

  async function spend(url: string, init: () => RequestInit): Promise<number[]> {
    const statuses: number[] = [];
    for (let i = 0; i < 4; i++) statuses.push((await ask(url, init())).status);
    return statuses;
  }
  const plain = (headers: Record<string, string> = {}) => ({
    method: "POST",
    body: JSON.stringify(BLOCK_NUMBER),
    headers: { "content-type": "application/json", ...headers },
  });

  it("is the address, the user or the client, each with a budget of its own", async () => {
    const { url, api } = await open({ limits: { perMinute: TIGHT } }, [{ limits: { light: 2 } }]);
    const { token } = await login(api);
    expect(await spend(url, () => plain())).toEqual([200, 200, 200, 429]);
    const asUser = () => plain({ authorization: `Bearer ${token}` });
    expect(await spend(url, asUser)).toEqual([200, 200, 200, 429]);
    expect(await spend(url, () => sign(url, BLOCK_NUMBER))).toEqual([200, 200, 429, 429]);
    const refused = await ask(url, plain());
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(refused.body).toMatchObject({ id: 1, error: { code: -32005 } });
  });

  it("is not the user for a page that is not ours", async () => {
    const { url, api } = await open({ limits: { perMinute: TIGHT } });
    const { cookie } = await login(api);
    const foreign = () => plain({ cookie, origin: "https://evil.example" });
    expect(await spend(url, foreign)).toEqual([200, 200, 200, 429]);
    const ours = () => plain({ cookie, origin: "https://page.example" });
    expect(await spend(url, ours)).toEqual([200, 200, 200, 429]);
  });

  it("is nobody where the signature is wrong: 401, never anonymous", async () => {
    const { url } = await open();
    const other = generateKeyPairSync("ed25519").privateKey;
    expect(await ask(url, sign(url, BLOCK_NUMBER, other))).toMatchObject({
      status: 401,
      body: { error: { code: "SIGNATURE_INVALID" } },
    });
    const once = sign(url, BLOCK_NUMBER);
    expect(await ask(url, once)).toMatchObject({ status: 200, body: { result: "0x0" } });
    expect(await ask(url, once)).toMatchObject({
      status: 401,
      body: { error: { code: "SIGNATURE_REPLAYED" } },
    });
    const changed = {
      ...sign(url, BLOCK_NUMBER),
      body: JSON.stringify({ ...BLOCK_NUMBER, id: 2 }),
    };
    expect(await ask(url, changed)).toMatchObject({
      status: 401,
      body: { error: { code: "SIGNATURE_DIGEST_MISMATCH" } },
    });
    expect(await ask(url, plain({ "signature-input": "x" }))).toMatchObject({
      status: 401,
      body: { error: { code: "SIGNATURE_MALFORMED" } },
    });
  });

  it("may be a client that calls only what is open to it", async () => {
    const { url } = await open({}, [{ methods: ["eth_block*"] }]);
    expect((await ask(url, sign(url, BLOCK_NUMBER))).body.result).toBe("0x0");
    const { body } = await ask(url, sign(url, { ...BLOCK_NUMBER, method: "eth_chainId" }));
    expect(body.error.code).toBe(-32601);
  });

  it("is refused where nobody is registered, and there is no such route without a chain", async () => {
    await open();
    const [rpc] = proxies;
    if (!rpc) throw new Error("no proxy");
    const { url } = await stand.api({}, { rpc });
    expect(await ask(`${url}/rpc`, sign(`${url}/rpc`, BLOCK_NUMBER))).toMatchObject({
      status: 401,
      body: { error: { code: "SIGNATURE_KEY_UNKNOWN" } },
    });
    const without = await stand.api();
    expect((await ask(`${without.url}/rpc`, { json: BLOCK_NUMBER })).status).toBe(404);
  });
});
