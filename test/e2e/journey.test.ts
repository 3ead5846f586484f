import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ghostCoreAbi } from "@ghostchain/contracts";
import type { Browser } from "playwright-core";
import { parseEventLogs } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findChromium, launchChromium } from "./chromium.ts";
import { readWholeFeed } from "./feed-pages.ts";
import { GamePlayer } from "./game-player.ts";
import { GatewayListener } from "./gateway-listener.ts";
import { eventually, GhostProcess, runGhost, temporaryDirectory } from "./ghost-process.ts";
import { createServerDatabase, servers, serversAnswer } from "./servers.ts";

const ARTIFACTS = join(import.meta.dirname, "artifacts");
const MAINFRAME = 2;

const chromium = findChromium();
if (!chromium && process.env.CI) throw new Error("CI needs Chromium");
if (!chromium) console.warn("the page: skipped, there is no Chromium (set CHROMIUM_PATH)");

const hasServers = await serversAnswer();
if (!hasServers && process.env.CI) throw new Error("CI needs PostgreSQL and Redis");
if (!hasServers) console.warn("the stack on servers: skipped, no PostgreSQL or Redis");

describe.each([
  { storage: "embedded storage", onServers: false },
  { storage: "a PostgreSQL server and Redis", onServers: true },
])("a transaction on our own chain reaches a browser, on $storage", ({ onServers }) => {
  if (onServers && !hasServers) return it.skip("has no servers");
  const directory = temporaryDirectory();
  const flags = ["--data-dir", directory.path, "--block-time", "250", "--players", "2"];
  let ghost: GhostProcess;
  let player: GamePlayer;
  let browser: Browser | undefined;

  let environment: Record<string, string> = {};
  let dropDatabase = async () => {};

  beforeAll(async () => {
    if (onServers) {
      const { url, drop } = await createServerDatabase();
      environment = { DATABASE_URL: url, REDIS_URL: servers.redisUrl };
      dropDatabase = drop;
    }
    ghost = await GhostProcess.start(flags, environment);
    player = new GamePlayer(ghost.network);
    await player.equip();
    if (chromium) browser = await launchChromium(chromium);
  });
  afterAll(async () => {
    await browser?.close();
    await ghost?.end("SIGKILL");
    await dropDatabase();
    directory.remove();
  });

  it("tells what a newcomer needs once it is ready", async () => {
    const health = await fetch(`${ghost.apiUrl}/health`);
    expect(health.status).toBe(200);
    expect(await health.json()).toMatchObject({ status: "ready" });
    expect(ghost.network).toMatchObject({ chainId: 31337 });
    expect(ghost.output()).toMatch(/0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266\s+0x[0-9a-f]{64}/);
    expect(await player.chain.getChainId()).toBe(31337);
  });

  it("streams a jack-in to everyone, and the position to its owner alone", async () => {
    const [owner, stranger] = await Promise.all([
      GatewayListener.connect(ghost.network.gatewayUrl),
      GatewayListener.connect(ghost.network.gatewayUrl),
    ]);
    owner.send({ type: "AUTH", ticket: await player.gatewayTicket(ghost.apiUrl) });
    await owner.next("the answer to AUTH", ({ type }) => type === "CONNECTION_STATE");
    const { amount, hash } = await player.jackIn(MAINFRAME);
    for (const listener of [owner, stranger]) {
      const told = await listener.next("the jack-in", ({ event }) => event?.txHash === hash);
      expect(told.event).toMatchObject({
        type: "JACK_IN",
        address: player.address,
        level: "MAINFRAME",
        amount,
      });
    }
    // the first one, in answer to AUTH, says that there is no position yet
    const update = await owner.next(
      "the position",
      ({ type, position }) => type === "POSITION_UPDATE" && position !== null,
    );
    expect(update.position).toMatchObject({ level: "MAINFRAME", amount, alive: true });
    expect(stranger.messages.map(({ type }) => type)).not.toContain("POSITION_UPDATE");
    owner.close();
    stranger.close();
  });

  it("answers for it in the user, the history, the levels and the leaderboard", async () => {
    const hash = await player.extract();
    await eventually("the extraction in the feed", async () =>
      (await readWholeFeed(ghost.apiUrl)).find(({ event }) => event.txHash === hash),
    );
    const user = await get(`/users/${player.address.toLowerCase()}`);
    expect(user).toMatchObject({
      address: player.address,
      totalExtracted: "120000000000000000000",
    });
    const { positions, total } = await get(`/users/${player.address}/history`);
    expect(total).toBe(1);
    expect(positions).toMatchObject([{ alive: false, exitType: "extracted", txHashOut: hash }]);
    const { entries } = await get("/leaderboard?type=extracted&period=daily");
    expect(entries).toContainEqual(
      expect.objectContaining({ address: player.address, value: "120000000000000000000" }),
    );
    const { levels } = await get("/levels");
    expect(levels).toHaveLength(5);
  });

  it.skipIf(!chromium)("is on the page, where a wallet can jack in too", async () => {
    if (!browser) return;
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    const faults: string[] = [];
    page.on("pageerror", (error) => faults.push(error.message));
    await page.goto(ghost.apiUrl);
    await page.getByTestId("status").getByText("live").waitFor();
    const short = `${player.address.slice(0, 6)}…${player.address.slice(-4)}`;
    await page.getByTestId("feed").getByText(`${short} extracted`).first().waitFor();
    await page.getByTestId("leaderboard").getByText(short).waitFor();
    await page.getByTestId("levels").getByText("BLACK_ICE").waitFor();
    await page.getByTestId("blocks").locator("tr").nth(5).waitFor();

    await page.getByRole("button", { name: "Burner wallet" }).click();
    const jackIn = page.getByRole("button", { name: "Jack in" });
    const told = (words: string) => page.getByTestId("wallet-message").getByText(words).waitFor();
    await jackIn.click();
    await told("there is no ether for gas: Get test funds");
    await page.getByRole("button", { name: "Get test funds" }).click();
    await told("funded");
    await page.getByLabel("level").selectOption("VAULT");
    await page.getByLabel("amount").fill("9");
    await jackIn.click();
    await told("at least 100.00 DATA here");
    await page.getByLabel("amount").fill("1001");
    await jackIn.click();
    await told("that is more DATA than you have");
    await page.getByLabel("amount").fill("150");
    await jackIn.click();
    await told("jacked in");
    await page.getByTestId("position").getByText("150.00").waitFor();
    await page.getByTestId("feed").getByText("jacked 150.00 DATA into VAULT").first().waitFor();
    await page
      .getByTestId("latency")
      .getByText(/\d+ ms/)
      .first()
      .waitFor();
    mkdirSync(ARTIFACTS, { recursive: true });
    await page.screenshot({
      path: join(ARTIFACTS, onServers ? "page-on-servers.png" : "page.png"),
    });
    await page.getByRole("button", { name: "Extract" }).click();
    await told("extracted");
    await page.getByTestId("position").waitFor({ state: "detached" });
    expect(faults).toEqual([]);
    await page.close();
  });

  it("is the only one in its directory and on its ports", async () => {
    const second = await runGhost(["up", "--data-dir", directory.path]);
    expect(second.exitCode).not.toBe(0);
    expect(second.output.trim().split("\n")).toHaveLength(1);
    expect(second.output).toContain("in use");
    const elsewhere = temporaryDirectory();
    const port = new URL(ghost.network.rpcUrl).port;
    const third = await runGhost(["up", "--data-dir", elsewhere.path, "--rpc-port", port]);
    elsewhere.remove();
    expect(third.exitCode).not.toBe(0);
    expect(third.output).toMatch(new RegExp(`^error: .*${port}.*in use`));
  });

  it("loses nothing and doubles nothing when it is killed and started again", async () => {
    const before = await readWholeFeed(ghost.apiUrl);
    await ghost.end("SIGKILL");
    ghost = await GhostProcess.start(flags, environment);
    const { hash } = await player.withNetwork(ghost.network).jackIn(MAINFRAME);
    await eventually("the new jack-in", async () =>
      (await readWholeFeed(ghost.apiUrl)).find(({ event }) => event.txHash === hash),
    );
    const after = await readWholeFeed(ghost.apiUrl);
    expect(after.slice(0, before.length)).toEqual(before);
    expect(after.map(({ sequenceId }) => sequenceId)).toEqual(after.map((_, index) => index + 1));
    expect(await jackInsOnChain(Number(after.at(-1)?.blockNumber))).toEqual(
      after.filter(({ event }) => event.type === "JACK_IN").map(keyOf),
    );
  });

  it.skipIf(!onServers)("stores nothing of its own database in the data directory", () => {
    expect(readdirSync(directory.path)).not.toContain("database");
  });

  it("stops within two seconds when interrupted", async () => {
    const { durationMs, exitCode } = await ghost.end("SIGINT");
    expect(exitCode).toBe(0);
    expect(durationMs).toBeLessThan(2_000);
  });

  /** What the chain itself says happened, up to a block. */
  async function jackInsOnChain(toBlock: number): Promise<string[]> {
    const { chain } = player.withNetwork(ghost.network);
    const logs = await chain.getLogs({
      address: ghost.network.contracts.GhostCore.address,
      fromBlock: 0n,
      toBlock: BigInt(toBlock),
    });
    return parseEventLogs({ abi: ghostCoreAbi, eventName: "JackedIn", logs }).map(
      ({ transactionHash, logIndex }) => `${transactionHash}:${logIndex}`,
    );
  }

  // biome-ignore lint/suspicious/noExplicitAny: answers are matched, not used
  async function get(path: string): Promise<any> {
    const response = await fetch(`${ghost.apiUrl}${path}`);
    expect(response.status, path).toBe(200);
    return response.json();
  }
});

function keyOf({ event }: { event: { txHash: string; logIndex: number } }): string {
  return `${event.txHash}:${event.logIndex}`;
}
