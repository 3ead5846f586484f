import { createServerDatabase } from "@ghostchain/database";
import { createTestServerDatabase, openTestDatabase } from "@ghostchain/database/testing";
import { createPostgresBus, createRedisBus, type EventBus } from "@ghostchain/event-bus";
import { readFeed } from "@ghostchain/feed";
import type { Gateway } from "@ghostchain/gateway";
import { GatewayStand } from "@ghostchain/gateway/testing";
import { createSilentLogger } from "@ghostchain/service";
import { TcpBalancer } from "@ghostchain/tools/tcp-balancer";
import { afterAll, describe, expect, it } from "vitest";
import type { Change } from "../../src/change.ts";
import { FeedStream } from "../../src/feed-stream.ts";
import { loseSome } from "../lossy-bus.ts";
import { createStrictSocket } from "../strict-socket.ts";

const WAIT = { timeout: 30_000, interval: 20 };
const ROUNDS = 150;
const GATEWAYS = 3;
const LEVELS = ["VAULT", "SUBNET", "DARKNET"];
const TOPICS = [["feed"], ["level:VAULT"], ["level:SUBNET", "level:DARKNET"], ["feed"], ["feed"]];
const deps = { logger: createSilentLogger() };
const redisUrl = process.env.TEST_REDIS_URL ?? "redis://127.0.0.1:6379";

const server = await createTestServerDatabase();
afterAll(() => server?.drop());
const prefix = `ghost-test-${process.pid}-${Date.now()}:`;
const hasRedis = await started(createRedisBus(deps, { url: redisUrl, connectTimeoutMs: 500 })).then(
  (bus) => bus.stop().then(() => true),
  (error: unknown) => {
    if (process.env.CI) throw error;
    return false;
  },
);

describe.skipIf(!hasRedis)("three gateways behind a balancer, over Redis", () => {
  it("lose and double nothing, whatever breaks", async () => {
    await runHistory(redisUrl, await openTestDatabase(), (url) =>
      createRedisBus(deps, { url, prefix }),
    );
  });
});

describe.skipIf(!server)("three gateways behind a balancer, over PostgreSQL NOTIFY", () => {
  it("lose and double nothing, whatever breaks", async () => {
    const url = server?.url ?? "";
    const database = createServerDatabase(deps, { url });
    await database.start(AbortSignal.timeout(10_000));
    const opened = { database, close: () => database.stop() };
    await runHistory(url, opened, (through) => createPostgresBus(deps, { url: through, prefix }));
  });
});

/** Writes, reorgs, connections and buses that break, and gateways that come and go: then everyone must have everything. */
async function runHistory(
  busUrl: string,
  opened: Awaited<ReturnType<typeof openTestDatabase>>,
  createBus: (url: string) => EventBus,
): Promise<void> {
  const random = createRandom(Date.now());
  const wire = new TcpBalancer();
  await wire.listen();
  wire.targets = [Number(new URL(busUrl).port || (busUrl.startsWith("redis") ? 6379 : 5432))];
  const through = new URL(busUrl);
  through.port = String(wire.port);
  through.hostname = "127.0.0.1";
  let direct = true;
  const openBus = () => {
    // the writer's own is not broken: that would only delay what it writes
    const isWriters = direct;
    direct = false;
    return started(isWriters ? createBus(busUrl) : loseSome(createBus(through.href), random));
  };
  const stand = await GatewayStand.open({ opened, openBus });
  const front = new TcpBalancer();
  await front.listen();
  const gateways: Gateway[] = [];
  const open = async () => {
    gateways.push(await stand.gateway());
    front.targets = gateways.map(({ port }) => port);
  };
  for (let count = 0; count < GATEWAYS; count += 1) await open();
  const broken: string[] = [];
  const clients = TOPICS.map((topics, index) => new Client(front.port, topics, index, broken));
  await expect.poll(() => clients.every(({ stream }) => stream.state === "live"), WAIT).toBe(true);

  for (let round = 0; round < ROUNDS; round += 1) {
    const first = await write(stand, random, clients);
    if (random() < 0.1) await stand.writer.retract([first]);
    if (random() < 0.3) front.cut(() => random() < 0.4);
    if (random() < 0.08) wire.cut(() => random() < 0.7);
    if (random() < 0.04) {
      const [gone] = gateways.splice(0, 1);
      front.targets = gateways.map(({ port }) => port);
      if (gone) await stand.stop(gone);
      await open();
    }
    if (random() < 0.5) await new Promise((resolve) => setTimeout(resolve, 10 * random()));
  }

  const { sequenceId: end } = await stand.writer.position();
  const { rows } = await readFeed(opened.database, { after: 0, limit: end });
  for (const client of clients) await client.check(rows);
  expect(broken).toEqual([]);
  for (const { stream } of clients) stream.close();
  await front.close();
  await stand.close();
  await wire.close();
}

/** @returns the id of the first of some events of one level, one of them with news for one user */
async function write(
  stand: GatewayStand,
  random: () => number,
  clients: readonly Client[],
): Promise<number> {
  const level = LEVELS[Math.floor(random() * LEVELS.length)] ?? "";
  const owner = clients[Math.floor(random() * clients.length)]?.address ?? "";
  const message = { type: "POSITION_UPDATE", position: { of: owner } };
  const count = 1 + Math.floor(random() * 5);
  const last = await stand.writer.events(count, {
    topics: ["feed", `level:${level}`],
    personal: [{ address: owner, message }],
    pad: Math.floor(random() * 3_000),
  });
  return last - count + 1;
}

class Client {
  readonly stream: FeedStream;
  readonly address: string;
  readonly #topics: readonly string[];
  readonly #changes: Change[] = [];
  #from: number | undefined;

  constructor(port: number, topics: readonly string[], index: number, broken: string[]) {
    this.#topics = topics;
    this.address = `0x${(index + 1).toString(16).padStart(40, "0")}`;
    const url = async () => `ws://127.0.0.1:${port}/ws`;
    this.stream = new FeedStream(url, createStrictSocket(broken), {
      topics,
      credential: async () => ({ token: this.address }),
      backoff: { minMs: 5, maxMs: 40 },
    });
    this.stream.on("change", (change) => this.#changes.push(change));
    this.stream.on("state", (state) => {
      if (state === "live") this.#from ??= this.stream.position?.sequenceId;
    });
  }

  /** It has each row of its topics once and in order, and nobody's position but its own. */
  async check(rows: Awaited<ReturnType<typeof readFeed>>["rows"]): Promise<void> {
    const sync = this.#changes.findLastIndex(({ type }) => type === "sync");
    const since = this.#changes[sync];
    const from = since?.type === "sync" ? since.sequenceId : (this.#from ?? 0);
    const wanted = rows
      .filter(({ sequenceId }) => sequenceId > from)
      .filter(({ topics }) => topics.some((topic) => this.#topics.includes(topic)))
      .map(({ sequenceId }) => sequenceId);
    const given = () =>
      this.#changes
        .slice(sync + 1)
        .flatMap((one) => (one.type === "event" || one.type === "retract" ? [one.sequenceId] : []));
    await expect.poll(() => given().at(-1), WAIT).toBe(wanted.at(-1));
    expect(given()).toEqual(wanted);
    const positions = this.#changes.flatMap((one) => (one.type === "position" ? [one] : []));
    expect(positions.length).toBeGreaterThan(0);
    expect(new Set(positions.map(({ position }) => position?.of))).toEqual(new Set([this.address]));
  }
}

async function started(bus: EventBus): Promise<EventBus> {
  await bus.start(AbortSignal.timeout(10_000));
  return bus;
}

/** The seed is printed, so that a failure tells under which one it happened. */
function createRandom(seed: number): () => number {
  console.log(`seed ${seed}`);
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
