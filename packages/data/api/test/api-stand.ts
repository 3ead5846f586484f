import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Auth, createAuth } from "@ghostchain/auth";
import { openTestDatabase, type TestDatabase } from "@ghostchain/database/testing";
import { ensureFeed } from "@ghostchain/feed";
import { createMetrics, createSilentLogger, Health, systemClock } from "@ghostchain/service";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { createSiweMessage } from "viem/siwe";
import { type Api, type ApiOptions, type ApiParts, createApi } from "../src/api.ts";

const SIGNAL = new AbortController().signal;
const CHAIN_ID = 31337;

/** One database and one key file, and APIs before them. */
export class ApiStand {
  readonly #opened: TestDatabase;
  readonly auth: Auth;
  readonly directory: string;
  readonly #apis: Api[] = [];

  constructor(opened: TestDatabase, directory: string) {
    this.#opened = opened;
    this.directory = directory;
    const options = { keyFile: join(directory, "keys.json"), chainId: CHAIN_ID };
    this.auth = createAuth({ database: opened.database, clock: systemClock }, options);
  }

  static async open(): Promise<ApiStand> {
    const directory = mkdtempSync(join(tmpdir(), "ghost-api-"));
    const stand = new ApiStand(await openTestDatabase(), directory);
    await ensureFeed(stand.database);
    await stand.auth.start(SIGNAL);
    return stand;
  }

  get database() {
    return this.#opened.database;
  }

  async api(
    options: Partial<ApiOptions> = {},
    parts: Partial<
      Pick<
        ApiParts,
        | "products"
        | "health"
        | "clock"
        | "onLogin"
        | "rateLimits"
        | "logger"
        | "metrics"
        | "checkSignature"
        | "rpc"
        | "graphql"
        | "signedClients"
      >
    > = {},
  ): Promise<Api & { url: string }> {
    const api = createApi(
      {
        database: this.database,
        auth: this.auth,
        products: [],
        health: new Health(),
        metrics: createMetrics({ processMetrics: false }),
        clock: systemClock,
        logger: createSilentLogger(),
        ...parts,
      },
      {
        host: "127.0.0.1",
        port: 0,
        chainId: CHAIN_ID,
        network: () => undefined,
        origins: [],
        secureCookie: false,
        ...options,
      },
    );
    this.#apis.push(api);
    await api.start(SIGNAL);
    return Object.assign(api, { url: `http://127.0.0.1:${api.port}` });
  }

  /** After each test. */
  async clear(): Promise<void> {
    for (const api of this.#apis.splice(0)) await api.stop();
  }

  async close(): Promise<void> {
    await this.clear();
    await this.#opened.close();
    rmSync(this.directory, { recursive: true });
  }
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the API answered; the tests look into it
  readonly body: any;
}

export async function ask(
  url: string,
  init: RequestInit & { json?: unknown } = {},
): Promise<Answer> {
  const { json, ...rest } = init;
  const response = await fetch(url, {
    ...(json === undefined ? {} : { method: "POST", body: JSON.stringify(json) }),
    ...rest,
    headers: {
      ...(json === undefined ? {} : { "content-type": "application/json" }),
      ...(rest.headers as Record<string, string> | undefined),
    },
  });
  const text = await response.text();
  const isJson = (response.headers.get("content-type") ?? "").includes("json");
  return {
    status: response.status,
    headers: response.headers,
    body: isJson ? JSON.parse(text) : text,
  };
}

type SiweFields = Parameters<typeof createSiweMessage>[0];

/** A signed login for a new account, each part of which a test may change. */
export async function signLogin(
  apiUrl: string,
  changed: Partial<SiweFields> = {},
): Promise<{ address: string; message: string; signature: string }> {
  const account = privateKeyToAccount(generatePrivateKey());
  const { body } = await ask(`${apiUrl}/auth/nonce`);
  const message = createSiweMessage({
    address: account.address,
    chainId: CHAIN_ID,
    domain: new URL(apiUrl).host,
    nonce: body.nonce,
    uri: apiUrl,
    version: "1",
    ...changed,
  });
  return { address: account.address, message, signature: await account.signMessage({ message }) };
}

/** @returns the token of a new account */
export async function login(
  apiUrl: string,
): Promise<{ address: string; token: string; cookie: string }> {
  const { address, message, signature } = await signLogin(apiUrl);
  const { body, headers } = await ask(`${apiUrl}/auth/verify`, { json: { message, signature } });
  const cookie = (headers.get("set-cookie") ?? "").split(";", 1)[0] ?? "";
  return { address, token: body.token, cookie };
}
