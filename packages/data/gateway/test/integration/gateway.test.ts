import { BROADCAST_CHANNEL, encodeBroadcast } from "@ghostchain/feed";
import type { Product } from "@ghostchain/product";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { GatewayStand } from "../../src/testing/gateway-stand.ts";

const ALICE = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045";
const BOB = "0x00000000219ab540356cBB839Cbe05303d7705Fa";

let stand: GatewayStand;
beforeAll(async () => {
  stand = await GatewayStand.open();
});
afterEach(() => stand.clear());
afterAll(() => stand.close());

describe("the gateway", () => {
  it("greets, then streams what is committed", async () => {
    const gateway = await stand.gateway();
    const { epoch, sequenceId } = await stand.writer.position();
    const client = await stand.client(gateway);
    expect(await client.next("CONNECTION_STATE")).toEqual({
      type: "CONNECTION_STATE",
      status: "connected",
      epoch,
      sequenceId,
      heartbeatMs: 30_000,
    });
    await stand.writer.events(1);
    expect(await client.next("FEED_EVENT")).toMatchObject({
      event: { type: "JACK_IN", timestamp: 1_700_000_000_000 },
      sequenceId: sequenceId + 1,
      prev: sequenceId,
    });
    const retractId = await stand.writer.retract([sequenceId + 1]);
    expect(await client.next("RETRACT")).toEqual({
      type: "RETRACT",
      retracts: [sequenceId + 1],
      sequenceId: retractId,
      prev: sequenceId + 1,
    });
  });

  it("follows the seed's reconnection flow: AUTH, RECONNECT, REPLAY, live", async () => {
    const from = await stand.writer.events(3);
    const gateway = await stand.gateway({ public: false });
    await stand.writer.events(5);
    await stand.writer.retract([from + 2]);
    const client = await stand.client(gateway);
    client.say({ type: "AUTH", token: ALICE });
    await client.next("CONNECTION_STATE");
    client.say({ type: "RECONNECT", lastSequenceId: from });
    const replay = await client.next("REPLAY");
    expect(replay).toMatchObject({ fromSequenceId: from, toSequenceId: from + 6 });
    expect(replay.events[5]).toMatchObject({
      type: "RETRACT",
      retracts: [from + 2],
      prev: from + 5,
    });
    await stand.writer.events(2);
    await client.next("FEED_EVENT", 2);
    expect(client.ids).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((offset) => from + offset));
  });

  it("replays what was committed while no gateway ran, 999 at most, and snapshots beyond", async () => {
    const from = await stand.writer.events(1);
    await stand.writer.events(999);
    const gateway = await stand.gateway({}, [snapshotProduct()]);
    const client = await stand.client(gateway);
    client.say({ type: "RECONNECT", lastSequenceId: from });
    expect((await client.next("REPLAY")).events).toHaveLength(999);
    client.say({ type: "RECONNECT", lastSequenceId: from - 1 });
    const { epoch, sequenceId } = await stand.writer.position();
    expect(await client.next("FULL_SYNC")).toEqual({
      type: "FULL_SYNC",
      snapshot: { demo: { for: null, rows: sequenceId } },
      sequenceId,
      epoch,
    });
    await stand.writer.events(1);
    expect(await client.next("FEED_EVENT")).toMatchObject({ prev: sequenceId });
  });
});

describe("the gateway, to some and not to others", () => {
  it("gives the owner, and nobody else, their position and its changes", async () => {
    const gateway = await stand.gateway({}, [snapshotProduct()]);
    const [alice, bob, nobody] = await Promise.all([1, 2, 3].map(() => stand.client(gateway)));
    alice?.say({ type: "AUTH", token: ALICE });
    bob?.say({ type: "AUTH", ticket: "good" }); // Alice's, too
    nobody?.say({ type: "PING" });
    expect(await alice?.next("POSITION_UPDATE")).toMatchObject({ position: { of: ALICE } });
    await bob?.next("POSITION_UPDATE");
    const message = { type: "POSITION_UPDATE", position: { amount: "5" } };
    await stand.writer.events(1, { personal: [{ address: ALICE, message }] });
    await stand.writer.events(1, { personal: [{ address: BOB, message }] });
    expect(await alice?.next("POSITION_UPDATE", 2)).toEqual(message);
    await Promise.all([alice, bob, nobody].map((one) => one?.next("FEED_EVENT", 2)));
    const counts = [alice, bob, nobody].map(
      (one) => one?.messages.filter(({ type }) => type === "POSITION_UPDATE").length,
    );
    expect(counts).toEqual([2, 2, 0]);
  });

  it("tells an owner how things are after history, whose rows tell nobody", async () => {
    let amount = "1";
    const position = async (address: string) => ({ of: address, amount });
    const product: Product = {
      ...snapshotProduct(),
      personal: async (of) => ({ type: "POSITION_UPDATE", position: await position(of) }),
    };
    const gateway = await stand.gateway({}, [product]);
    const [alice, bob] = await Promise.all([1, 2].map(() => stand.client(gateway)));
    alice?.say({ type: "AUTH", token: ALICE });
    bob?.say({ type: "AUTH", token: BOB });
    await Promise.all([alice, bob].map((one) => one?.next("POSITION_UPDATE")));
    amount = "2";
    await stand.writer.history([ALICE.toLowerCase()]);
    expect(await alice?.next("POSITION_UPDATE", 2)).toMatchObject({
      position: { of: ALICE, amount: "2" },
    });
    expect(bob?.messages.filter(({ type }) => type === "POSITION_UPDATE")).toHaveLength(1);
  });

  it("sends away who cannot be told their position, rather than leave them with an old one", async () => {
    let isDown = false;
    const product: Product = {
      ...snapshotProduct(),
      personal: async () => {
        if (isDown) throw new Error("the database is away");
        return { type: "POSITION_UPDATE", position: null };
      },
    };
    const gateway = await stand.gateway({}, [product]);
    const before = await stand.client(gateway);
    before.say({ type: "AUTH", token: ALICE });
    await before.next("POSITION_UPDATE");
    isDown = true;
    await stand.writer.history([ALICE]);
    expect(await before.next("ERROR")).toMatchObject({ code: "POSITION_UNAVAILABLE" });
    expect(await before.closed).toMatchObject({ code: 1013 });
    const after = await stand.client(gateway);
    after.say({ type: "AUTH", token: ALICE });
    expect(await after.next("ERROR")).toMatchObject({ code: "AUTH_UNAVAILABLE" });
    expect(await after.closed).toMatchObject({ code: 1013 });
  });

  it("passes a product's broadcast on to those who watch its topic", async () => {
    const gateway = await stand.gateway();
    const client = await stand.client(gateway);
    await client.next("CONNECTION_STATE");
    const message = { type: "SCAN_WARNING", level: "VAULT", secondsUntil: 60 };
    await stand.bus.publish(BROADCAST_CHANNEL, "not a broadcast");
    await stand.bus.publish(BROADCAST_CHANNEL, encodeBroadcast({ message, topics: ["level:X"] }));
    await stand.bus.publish(BROADCAST_CHANNEL, encodeBroadcast({ message, topics: ["feed"] }));
    expect(await client.next("SCAN_WARNING")).toEqual(message);
    client.say({ type: "PING" });
    await client.next("PONG");
    expect(client.messages.filter(({ type }) => type === "SCAN_WARNING")).toHaveLength(1);
  });
});

describe("the gateway as it comes and goes", () => {
  it("sends who was connected away when the sequence begins anew, and snapshots them then", async () => {
    const gateway = await stand.gateway();
    const client = await stand.client(gateway);
    const before = await client.next("CONNECTION_STATE");
    await stand.writer.restart("another-epoch");
    expect(await client.closed).toMatchObject({ code: 1012 });
    expect(client.messages.at(-1)).toMatchObject({
      status: "reconnecting",
      epoch: "another-epoch",
    });
    await stand.writer.events(1);
    const again = await stand.client(gateway);
    again.say({ type: "RECONNECT", lastSequenceId: before.sequenceId, epoch: before.epoch });
    expect(await again.next("FULL_SYNC")).toMatchObject({ sequenceId: 1, epoch: "another-epoch" });
  });

  it("lets a client go on at another gateway where it left the first", async () => {
    const [one, two] = [await stand.gateway(), await stand.gateway()];
    const first = await stand.client(one);
    const { epoch } = await first.next("CONNECTION_STATE");
    const from = await stand.writer.events(2);
    await first.next("FEED_EVENT", 2);
    first.close();
    await stand.writer.events(3);
    const second = await stand.client(two);
    second.say({ type: "RECONNECT", lastSequenceId: from, epoch });
    await second.next("REPLAY");
    expect(second.ids.filter((id) => id > from)).toEqual([from + 1, from + 2, from + 3]);
  });

  it("takes up the feed without a gap while rows are being committed", async () => {
    let writing = true;
    const writer = (async () => {
      while (writing) await stand.writer.events(1);
    })();
    for (let round = 0; round < 5; round += 1) {
      const { sequenceId: from } = await stand.writer.position();
      const client = await stand.client(await stand.gateway());
      client.say({ type: "RECONNECT", lastSequenceId: from });
      await client.next("REPLAY");
      await client.next("FEED_EVENT", 20);
      const ids = client.ids.slice(client.ids.indexOf(from + 1));
      expect(ids).toEqual(ids.map((_, index) => from + 1 + index));
    }
    writing = false;
    await writer;
  });

  it("answers plain HTTP for balancers and the curious", async () => {
    const { port } = await stand.gateway();
    const health = await fetch(`http://127.0.0.1:${port}/health`);
    expect([health.status, await health.json()]).toEqual([200, { status: "ready" }]);
    const root = await fetch(`http://127.0.0.1:${port}/ws`);
    expect(root.status).toBe(426);
    expect(await root.json()).toMatchObject({ error: { code: "UPGRADE_REQUIRED" } });
  });
});

describe("the gateway that stops, and its port", () => {
  it("tells clients that it stops, and is gone in a moment", async () => {
    const gateway = await stand.gateway();
    const clients = await Promise.all([1, 2, 3].map(() => stand.client(gateway)));
    const startedAt = performance.now();
    await gateway.stop();
    await gateway.stop();
    expect(performance.now() - startedAt).toBeLessThan(1000);
    for (const one of clients) expect(await one.closed).toMatchObject({ code: 1001 });
  });

  it("drains: closes connections one after the other, serves who is left, and takes nobody in", async () => {
    const gateway = await stand.gateway({ drainMs: 1_000 });
    const clients = await Promise.all(
      Array.from({ length: 10 }, async () => {
        const client = await stand.client(gateway);
        await client.next("CONNECTION_STATE");
        return client;
      }),
    );
    const [first, last] = [clients[0], clients[9]];
    const stopping = gateway.stop();
    expect(await first?.closed).toMatchObject({ code: 1001 });
    await expect(stand.client(gateway)).rejects.toThrow();
    const id = await stand.writer.events(1);
    expect(await last?.next("FEED_EVENT")).toMatchObject({ sequenceId: id });
    const [early, late] = await Promise.all([clients[3]?.closed, last?.closed]);
    expect([early?.code, late?.code]).toEqual([1001, 1001]);
    await stopping;
  });

  it.skipIf(process.platform !== "linux")(
    "shares its port with others where it is told to, and clients reach them all",
    async () => {
      const first = await stand.gateway({ sharePort: true });
      const second = await stand.gateway({ sharePort: true, port: first.port });
      expect(second.port).toBe(first.port);
      await Promise.all(Array.from({ length: 32 }, () => stand.client(first)));
      await first.stop();
      const client = await stand.client(second);
      await client.next("CONNECTION_STATE");
    },
  );

  it("names the port that is in use", async () => {
    const { port } = await stand.gateway();
    await expect(stand.gateway({ port })).rejects.toMatchObject({ code: "GATEWAY_PORT_IN_USE" });
  });
});

function snapshotProduct(): Product {
  return {
    ...{ name: "demo", contracts: {}, migrations: [], tables: [], projections: {}, feed: {} },
    ...{ routes: [], jobs: [] },
    personal: async (address) => ({ type: "POSITION_UPDATE", position: { of: address } }),
    snapshot: async (sql, address) => {
      const [row] = await sql.query<{ n: bigint }>("SELECT max(sequence_id) AS n FROM feed.row");
      return { for: address ?? null, rows: Number(row?.n) };
    },
  };
}
