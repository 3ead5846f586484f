import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ghostCoreAbi } from "@ghostchain/contracts";
import { devAccounts } from "@ghostchain/protocol";
import { type Address, createWalletClient, http, parseEventLogs, publicActions, toHex } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { createSiweMessage } from "viem/siwe";
import { afterEach, describe, expect, it } from "vitest";
import { GhostCommand } from "../ghost-command.ts";

const KEY_FILE = "boost-signer.key";
const started: GhostCommand[] = [];
afterEach(async () => {
  for (const ghost of started.splice(0)) await ghost.remove();
});

describe("ghost up", () => {
  it("gives boosts that its chain takes, signed with a key that only its owner can read", async () => {
    const ghost = start(["--players", "0", "--block-time", "0", "--log-level", "debug"]);
    await ghost.ready();
    const player = await Player.enter(ghost.printed("page"));
    await player.jackIn();
    const game = await player.type();
    const { body } = await player.ask("/minigame/typing/result", game);
    expect(body).toMatchObject({ valid: true, accuracy: 1, boost: { type: 0 } });
    expect(await player.apply(body.boost)).toMatchObject({
      user: player.address,
      valueBps: body.boost.valueBps,
    });
    const path = join(ghost.directory, KEY_FILE);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const [key = ""] = /[0-9a-f]{64}/.exec(readFileSync(path, "utf8")) ?? [];
    expect(key).toHaveLength(64);
    expect(ghost.output).not.toContain(key);
  });

  it("says that a key is wrong, and not what it is", async () => {
    const key = generatePrivateKey().slice(0, 60);
    const ghost = start(["--players", "0"], { BOOST_SIGNER_PRIVATE_KEY: key });
    expect(await ghost.exited).not.toBe(0);
    expect(ghost.output).toContain("BOOST_SIGNER_PRIVATE_KEY: must be a private key");
    expect(ghost.output).not.toContain(key.slice(2));
  });
});

// biome-ignore lint/suspicious/noExplicitAny: whatever the API answered; the test looks into it
type Json = any;

/** Someone with one of the chain's own accounts, who uses only what anyone could. */
class Player {
  readonly #apiUrl: string;
  readonly #token: string;
  readonly #core: Address;
  readonly #dataToken: Address;
  readonly #wallet;

  private constructor(apiUrl: string, token: string, network: Json) {
    this.#apiUrl = apiUrl;
    this.#token = token;
    this.#core = network.contracts.GhostCore.address;
    this.#dataToken = network.contracts.DataToken.address;
    this.#wallet = walletAt(network.rpcUrl);
  }

  static async enter(apiUrl: string): Promise<Player> {
    const read = async (path: string): Promise<Json> => (await fetch(`${apiUrl}${path}`)).json();
    const [network, { nonce }] = [await read("/network"), await read("/auth/nonce")];
    const { account } = walletAt(network.rpcUrl);
    const message = createSiweMessage({
      ...{ address: account.address, chainId: network.chainId, nonce, version: "1" },
      ...{ domain: new URL(apiUrl).host, uri: apiUrl },
    });
    const signature = await account.signMessage({ message });
    const { body } = await post(`${apiUrl}/auth/verify`, { message, signature });
    return new Player(apiUrl, body.token, network);
  }

  get address(): Address {
    return this.#wallet.account.address;
  }

  ask(path: string, body?: object): Promise<{ status: number; body: Json }> {
    return post(`${this.#apiUrl}${path}`, body, this.#token);
  }

  /** Returns when the API knows it, too. */
  async jackIn(): Promise<void> {
    const amount = 200n * 10n ** 18n;
    await this.#write({
      ...{ address: this.#dataToken, abi: ERC20, functionName: "approve" },
      args: [this.#core, amount],
    });
    await this.#write({
      ...{ address: this.#core, abi: ghostCoreAbi, functionName: "jackIn", args: [amount, 1] },
    });
    const history = `${this.#apiUrl}/users/${this.address}/history`;
    await expect.poll(async () => ((await (await fetch(history)).json()) as Json).total).toBe(1);
  }

  /** A game in real time: without a mistake, unevenly, at some hundred words a minute. */
  async type(): Promise<object> {
    const { body } = await this.ask("/minigame/typing/challenge");
    let atMs = 0;
    const keystrokes = [...String(body.command)].map((key, index) => {
      if (index > 0) atMs += 60 + ((index * index * 37 + 11 * index) % 140);
      return { key, atMs };
    });
    await sleep(atMs);
    const wpm = (12_000 * body.command.length) / atMs;
    const timestamp = Date.now();
    return { ...body, keystrokes, wpm, timestamp, accuracy: 1, duration: atMs };
  }

  async apply({ type, valueBps, expiry, nonce, signature }: Json): Promise<unknown> {
    const { logs } = await this.#write({
      ...{ address: this.#core, abi: ghostCoreAbi, functionName: "applyBoost" },
      args: [type, valueBps, BigInt(expiry), nonce, signature],
    });
    return parseEventLogs({ abi: ghostCoreAbi, eventName: "BoostApplied", logs })[0]?.args;
  }

  async #write(call: object) {
    const hash = await this.#wallet.writeContract({ ...call, chain: null } as never);
    return this.#wallet.waitForTransactionReceipt({ hash, pollingInterval: 50 });
  }
}

const ERC20 = [
  {
    ...{ type: "function", name: "approve", stateMutability: "nonpayable" },
    inputs: [{ type: "address" }, { type: "uint256" }],
    outputs: [{ type: "bool" }],
  },
] as const;

function walletAt(rpcUrl: string) {
  const [, second] = devAccounts();
  if (!second) throw new Error("the dev chain has no second account");
  const account = privateKeyToAccount(toHex(second.privateKey));
  return createWalletClient({ account, transport: http(rpcUrl) }).extend(publicActions);
}

async function post(url: string, body?: object, token?: string) {
  const response = await fetch(url, {
    method: "POST",
    headers: {
      ...(body ? { "content-type": "application/json" } : {}),
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return { status: response.status, body: (await response.json()) as Json };
}

function start(flags: string[], environment: Record<string, string> = {}): GhostCommand {
  const ghost = new GhostCommand(flags, environment);
  started.push(ghost);
  return ghost;
}
