import { createGhostClient, StandingEvents } from "@ghostchain/sdk";
import { TcpBalancer } from "@ghostchain/tools/tcp-balancer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FeedItem, readWholeFeed } from "./feed-pages.ts";
import { GamePlayer } from "./game-player.ts";
import { GatewayListener } from "./gateway-listener.ts";
import {
  eventually,
  GhostCommandProcess,
  type Network,
  temporaryDirectory,
} from "./ghost-process.ts";
import { createServerDatabase, servers, serversAnswer } from "./servers.ts";

const MAINFRAME = 2;
const USER_CONNECTIONS = 5;

const available = await serversAnswer();
if (!available && process.env.CI) throw new Error("CI needs PostgreSQL and Redis");
if (!available) console.warn("many processes: skipped, no PostgreSQL or Redis");

describe.skipIf(!available).each([
  { bus: "Redis", environment: { REDIS_URL: servers.redisUrl } },
  { bus: "PostgreSQL NOTIFY", environment: {} },
])("a process for each service, several of each, over $bus", ({ environment }) => {
  const directory = temporaryDirectory();
  const running: GhostCommandProcess[] = [];
  const gateways = new TcpBalancer();
  const apis = new TcpBalancer();
  let database: Awaited<ReturnType<typeof createServerDatabase>>;
  let apiUrl: string;
  let network: Network;
  let player: GamePlayer;
  const indexers: GhostCommandProcess[] = [];
  const gatewayProcesses: GhostCommandProcess[] = [];

  const run = async (command: string, flags: string[], more: Record<string, string> = {}) => {
    const place = { ...environment, ...more };
    const process_ = await GhostCommandProcess.start(command, flags, place, directory.path);
    running.push(process_);
    return process_;
  };

  beforeAll(async () => {
    await Promise.all([gateways.listen(), apis.listen()]);
    apiUrl = `http://127.0.0.1:${apis.port}`;
    database = await createServerDatabase();
    const flags = ["--data-dir", `${directory.path}/node`, "--rpc-port=0", "--block-time=250"];
    const node = await run("node", flags);
    const shared = {
      DATABASE_URL: database.url,
      RPC_URL: node.printed("JSON-RPC").replace("http", "ws"),
      PAGE_ORIGINS: apiUrl,
      GATEWAY_URL: `ws://127.0.0.1:${gateways.port}/ws`,
    };
    await run("game", ["--players=2"], { RPC_URL: shared.RPC_URL });
    for (let count = 0; count < 2; count++) {
      indexers.push(await run("indexer", [], shared));
      const gateway = await run("gateway", ["--gateway-port=0"], shared);
      gateways.targets = [...gateways.targets, Number(new URL(gateway.printed("gateway")).port)];
      gatewayProcesses.push(gateway);
      const api = await run("api", ["--api-port=0"], shared);
      apis.targets = [...apis.targets, Number(new URL(api.printed("API")).port)];
    }
    network = (await (await fetch(`${apiUrl}/network`)).json()) as Network;
    player = new GamePlayer(network);
    await player.equip();
  }, 180_000);
  afterAll(async () => {
    for (const process_ of running.toReversed()) await process_.end("SIGKILL");
    await Promise.all([gateways.close(), apis.close()]);
    await database?.drop();
    directory.remove();
  });

  it("tells a client what happens, once and in order, while processes are killed", async () => {
    const client = createGhostClient({ apiUrl });
    const page = await client.feed({ limit: 100 });
    const shown = new StandingEvents(10_000);
    shown.reset(page.events);
    const stream = client.stream({ from: page });
    stream.on("change", (change) => shown.apply(change));

    await player.jackIn(MAINFRAME);
    await indexers[0]?.end("SIGKILL");
    await player.extract();
    await gatewayProcesses[0]?.end("SIGKILL");
    const { hash } = await player.jackIn(MAINFRAME);
    const isLast = (item: { event: object }) =>
      "txHash" in item.event && item.event.txHash === hash;
    const feed = await eventually("the last jack-in in the feed", async () => {
      const items: FeedItem[] = await readWholeFeed(apiUrl);
      return items.some(isLast) ? items : undefined;
    });
    await eventually("the last jack-in at the client", () => shown.list.some(isLast));
    stream.close();
    const end = feed.find(isLast)?.sequenceId ?? 0;
    const upTo = (items: readonly { sequenceId: number }[]) =>
      items.map(({ sequenceId }) => sequenceId).filter((id) => id <= end);
    expect(upTo(shown.list).sort((a, b) => a - b)).toEqual(upTo(feed));
  });

  it("knows at every gateway who has logged in at any API, and how often they are connected", async () => {
    const connect = async () => {
      const listener = await GatewayListener.connect(network.gatewayUrl);
      listener.send({ type: "AUTH", ticket: await player.gatewayTicket(apiUrl) });
      return listener;
    };
    const listeners: GatewayListener[] = [];
    for (let count = 0; count < USER_CONNECTIONS; count++) {
      const listener = await connect();
      const said = await listener.next("an answer to AUTH", isAnswer);
      expect(said.type).toBe("POSITION_UPDATE");
      listeners.push(listener);
    }
    const refused = await connect();
    const said = await refused.next("a refusal", ({ type }) => type === "ERROR");
    expect(said.code).toBe("TOO_MANY_CONNECTIONS");
    for (const listener of listeners) listener.close();
  });
});

/** Who was let in is told their position; who was not, why. */
function isAnswer({ type }: { type: string }): boolean {
  return type === "POSITION_UPDATE" || type === "ERROR";
}
