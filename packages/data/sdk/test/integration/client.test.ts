import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Api, createApi } from "@ghostchain/api";
import { type Auth, createAuth } from "@ghostchain/auth";
import { GatewayStand } from "@ghostchain/gateway/testing";
import type { Product } from "@ghostchain/product";
import { createMetrics, createSilentLogger, Health, systemClock } from "@ghostchain/service";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createGhostClient } from "../../src/client.ts";

const SIGNAL = new AbortController().signal;
const CHAIN_ID = 31337;
const account = privateKeyToAccount(generatePrivateKey());
const signer = {
  address: account.address,
  signMessage: (message: string) => account.signMessage({ message }),
};

let stand: GatewayStand;
let auth: Auth;
let api: Api;
let gatewayUrl = "";
let apiUrl = "";
const directory = mkdtempSync(join(tmpdir(), "ghost-sdk-"));

beforeAll(async () => {
  stand = await GatewayStand.open();
  const { database } = stand;
  const common = { database, clock: systemClock, logger: createSilentLogger() };
  auth = createAuth(common, { keyFile: join(directory, "keys.json"), chainId: CHAIN_ID });
  await auth.start(SIGNAL);
  const health = new Health();
  health.set("everything", "ready");
  const metrics = createMetrics({ processMetrics: false });
  const network = () => ({
    chainId: CHAIN_ID,
    rpcUrl: "http://127.0.0.1:8545",
    wsUrl: "ws://127.0.0.1:8545",
    gatewayUrl,
    contracts: {},
  });
  api = createApi(
    { ...common, auth, health, metrics, products: [] },
    {
      host: "127.0.0.1",
      port: 0,
      chainId: CHAIN_ID,
      network,
      origins: [],
      secureCookie: false,
    },
  );
  await api.start(SIGNAL);
  apiUrl = `http://127.0.0.1:${api.port}`;
  const gateway = await stand.gateway({ public: false }, [positions], { auth });
  gatewayUrl = `ws://127.0.0.1:${gateway.port}/ws`;
});

afterAll(async () => {
  await api.stop();
  await stand.close();
  rmSync(directory, { recursive: true });
});

describe("createGhostClient", () => {
  it("asks the API, typed", async () => {
    const client = createGhostClient({ apiUrl: `${apiUrl}/` });
    expect(await client.network()).toMatchObject({ chainId: CHAIN_ID, gatewayUrl });
    expect(await client.call("GET /health")).toMatchObject({ status: "ready" });
    await stand.writer.events(3);
    const page = await client.feed({ limit: 2 });
    expect(page.events).toHaveLength(2);
    expect(page.next).toBe(page.events[1]?.sequenceId);
  });

  it("gives a refusal's code, status and issues", async () => {
    const client = createGhostClient({ apiUrl });
    await expect(client.feed({ limit: 1000 })).rejects.toMatchObject({
      name: "RequestError",
      code: "VALIDATION_FAILED",
      status: 400,
      issues: [{ path: "query.limit" }],
    });
    await expect(client.call("GET /auth/session")).rejects.toMatchObject({
      code: "AUTH_REQUIRED",
      status: 401,
    });
    const nobody = createGhostClient({ apiUrl: "http://127.0.0.1:1" });
    await expect(nobody.network()).rejects.toMatchObject({ code: "UNREACHABLE", status: 0 });
    const other = createGhostClient({ apiUrl, fetch: async () => new Response("<html>") });
    await expect(other.feed()).rejects.toMatchObject({ code: "ANSWER_MALFORMED" });
  });

  it("logs in with a wallet's signature, and streams the user's own position", async () => {
    const client = createGhostClient({ apiUrl });
    const { address } = await client.login(signer);
    expect(address).toBe(account.address);
    expect(await client.call("GET /auth/session")).toMatchObject({ address });
    const stream = client.stream({ as: "user", backoff: { minMs: 5, maxMs: 50 } });
    const first = await new Promise((resolve) => stream.on("position", resolve));
    expect(first).toEqual({ of: account.address });
    await expect.poll(() => stream.state).toBe("live");
    const told = new Promise((resolve) => stream.on("position", resolve));
    const message = { type: "POSITION_UPDATE", position: null };
    await stand.writer.events(1, { personal: [{ address, message }] });
    expect(await told).toBeNull();
    stream.close();
    await client.logout();
    await expect(client.call("GET /auth/session")).rejects.toMatchObject({ status: 401 });
  });

  it("keeps trying where nobody is let in without a login, and says why", async () => {
    const { port } = await stand.gateway({ public: false, limits: { authTimeoutMs: 50 } });
    const client = createGhostClient({ apiUrl, gatewayUrl: `ws://127.0.0.1:${port}/ws` });
    const stream = client.stream({ as: "user", backoff: { minMs: 5, maxMs: 50 } });
    const codes: string[] = [];
    stream.on("fault", ({ code }) => codes.push(code));
    await expect.poll(() => codes.length, { timeout: 5_000 }).toBeGreaterThan(1);
    expect(new Set(codes)).toEqual(new Set(["CLOSED_4401"]));
    stream.close();
  });
});

const positions: Product = {
  ...{ name: "demo", contracts: {}, migrations: [], tables: [], projections: {}, feed: {} },
  ...{ routes: [], jobs: [] },
  personal: async (address) => ({ type: "POSITION_UPDATE", position: { of: address } }),
};
