import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Gateway } from "../../src/gateway.ts";
import { GatewayStand } from "../../src/testing/gateway-stand.ts";

const ALICE = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045";
const BOB = "0x00000000219ab540356cBB839Cbe05303d7705Fa";

let stand: GatewayStand;
const sockets: Socket[] = [];
beforeAll(async () => {
  stand = await GatewayStand.open();
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await stand.clear();
});
afterAll(() => stand.close());

describe("attack: slow handshake", () => {
  it("a thousand half-open handshakes are cut off, and others are served meanwhile", async () => {
    const gateway = await stand.gateway({ limits: { handshakeTimeoutMs: 400 } });
    const slow = Array.from({ length: 1_000 }, () => openSocket(gateway));
    for (const socket of slow) socket.write("GET /ws HTTP/1.1\r\nHost: x\r\nX-Slow: ");
    const served = await stand.client(gateway);
    served.say({ type: "PING" });
    await served.next("PONG");
    await Promise.all(slow.map(closing));
  });

  it("a header that goes on for ever is refused", async () => {
    const long = openSocket(await stand.gateway());
    const answer = firstLine(long);
    long.write(`GET /ws HTTP/1.1\r\nHost: x\r\nX-Long: ${"x".repeat(20_000)}`);
    expect(await answer).toContain("431");
  });

  it("one byte at a time is no way around the time", async () => {
    const trickle = openSocket(await stand.gateway({ limits: { handshakeTimeoutMs: 400 } }));
    const closed = closing(trickle);
    trickle.write("GET /ws HTTP/1.1\r\nHost: x\r\nX-Slow: ");
    const feeding = setInterval(() => trickle.write("x"), 20);
    await closed;
    clearInterval(feeding);
  });
});

describe("attack: unauthenticated idle", () => {
  it("PINGs and pongs do not put off the AUTH that must come", async () => {
    const gateway = await stand.gateway({ public: false, limits: { authTimeoutMs: 300 } });
    const client = await stand.client(gateway);
    const chatter = setInterval(() => {
      client.say({ type: "PING" });
      client.socket.pong();
    }, 60);
    expect(await client.closed).toMatchObject({ code: 4401 });
    clearInterval(chatter);
    expect(client.ids).toEqual([]);
  });
});

describe("attack: malformed, oversized and fragmented frames", () => {
  it.each([
    ["a length of 2^63", [0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0], 1009],
    ["a length of 17 KiB, of which nothing follows", [0x81, 0xfe, 0x44, 0, 0, 0, 0, 0], 1009],
    ["no mask", [0x81, 0x02, 0x7b, 0x7d], 1002],
    ["a compressed frame", [0xc1, 0x80, 0, 0, 0, 0], 1002],
    ["an unknown opcode", [0x83, 0x80, 0, 0, 0, 0], 1002],
    ["a ping of 126 bytes", [0x89, 0xfe, 0, 126, 0, 0, 0, 0], 1002],
    ["a ping in fragments", [0x09, 0x80, 0, 0, 0, 0], 1002],
    ["a continuation of nothing", [0x80, 0x80, 0, 0, 0, 0], 1002],
  ])("%s", async (_, bytes, code) => {
    const gateway = await stand.gateway();
    const [bad, good] = [await stand.client(gateway), await stand.client(gateway)];
    rawSocket(bad.socket).write(Buffer.from(bytes));
    expect(await bad.closed).toMatchObject({ code });
    good.say({ type: "PING" });
    await good.next("PONG");
  });

  it("a message in endless empty fragments", async () => {
    const gateway = await stand.gateway();
    const client = await stand.client(gateway);
    client.socket.send("", { fin: false });
    const empty = Buffer.from([0x00, 0x80, 0, 0, 0, 0]);
    rawSocket(client.socket).write(Buffer.concat(Array.from({ length: 10_000 }, () => empty)));
    expect((await client.closed).code).toBe(1008);
  });

  it("text that is not UTF-8 only across the edge of two fragments", async () => {
    const gateway = await stand.gateway();
    const client = await stand.client(gateway);
    client.socket.send(Buffer.from([0x22, 0xf0, 0x9f]), { binary: false, fin: false });
    client.socket.send(Buffer.from([0x22]), { binary: false });
    expect(await client.closed).toMatchObject({ code: 1007 });
  });
});

describe("attack: replay abuse", () => {
  it("asking for everything again and again gets so many answers a minute, and then errors", async () => {
    const from = await stand.writer.events(1);
    await stand.writer.events(400, { pad: 500 });
    const gateway = await stand.gateway({
      limits: { messagesPerSecond: 1_000, replaysPerMinute: 20 },
    });
    const client = await stand.client(gateway);
    for (let count = 0; count < 30; count += 1) {
      client.say({ type: "RECONNECT", lastSequenceId: from });
      if (count < 20) await client.next("REPLAY", count + 1);
    }
    await client.next("ERROR", 10);
    const codes = client.messages.flatMap((one) => (one.type === "ERROR" ? [one.code] : []));
    expect(codes).toEqual(Array<string>(10).fill("TOO_MANY_REPLAYS"));
    expect(client.messages.filter(({ type }) => type === "REPLAY")).toHaveLength(20);
  });

  it("asking without reading the answers costs no more than the outbound buffer", async () => {
    const from = await stand.writer.events(1);
    await stand.writer.events(800, { pad: 500 });
    const gateway = await stand.gateway({
      limits: { messagesPerSecond: 1_000, replaysPerMinute: 1_000 },
    });
    const client = await stand.client(gateway);
    await client.next("CONNECTION_STATE");
    client.socket.pause();
    for (let count = 0; count < 200; count += 1) {
      client.say({ type: "RECONNECT", lastSequenceId: from });
    }
    await sleep(300);
    client.socket.resume();
    expect(await client.closed).toMatchObject({ code: 1013 });
  });

  it("an id of the future, or of another epoch, replays nothing that is not there", async () => {
    const { epoch, sequenceId } = await stand.writer.position();
    const gateway = await stand.gateway();
    const client = await stand.client(gateway);
    client.say({ type: "RECONNECT", lastSequenceId: Number.MAX_SAFE_INTEGER, epoch });
    expect(await client.next("FULL_SYNC")).toMatchObject({ sequenceId });
    client.say({ type: "RECONNECT", lastSequenceId: sequenceId, epoch: "forged" });
    expect(await client.next("FULL_SYNC", 2)).toMatchObject({ sequenceId, epoch });
  });
});

describe("attack: another user's position", () => {
  const secret = { type: "POSITION_UPDATE", position: { of: ALICE } };
  const news = () => stand.writer.events(1, { personal: [{ address: ALICE, message: secret }] });

  it("watching the topic of their address shows their public events alone", async () => {
    const gateway = await stand.gateway();
    const spy = await stand.client(gateway);
    spy.say({ type: "AUTH", token: BOB });
    spy.say({ type: "SUBSCRIBE", topics: [`address:${ALICE}`] });
    await spy.next("CONNECTION_STATE", 2);
    const id = await news();
    await spy.next("FEED_EVENT");
    spy.say({ type: "RECONNECT", lastSequenceId: id - 1 });
    await spy.next("REPLAY");
    expect(JSON.stringify(spy.messages)).not.toContain("POSITION_UPDATE");
  });

  it("logging in as oneself and then with their forged token gives neither", async () => {
    const gateway = await stand.gateway();
    const spy = await stand.client(gateway);
    spy.say({ type: "AUTH", token: BOB });
    await spy.next("CONNECTION_STATE", 2);
    spy.say({ type: "AUTH", token: "forged" });
    expect(await spy.closed).toMatchObject({ code: 4401 });
    await news();
    expect(JSON.stringify(spy.messages)).not.toContain("POSITION_UPDATE");
  });

  it("a connection whose session ended hears nothing more, on whichever gateway, until it logs in anew", async () => {
    const gateways = [await stand.gateway(), await stand.gateway()] as const;
    const expiring = await stand.client(gateways[0]);
    expiring.say({ type: "AUTH", token: `expires:${Date.now() + 400}:${ALICE}` });
    await expiring.next("CONNECTION_STATE", 2);
    await news();
    expect(await expiring.next("POSITION_UPDATE")).toEqual(secret);
    expect(await expiring.closed).toMatchObject({ code: 4401 });
    const nobody = await stand.client(gateways[1]);
    await nobody.next("CONNECTION_STATE");
    const id = await news();
    await nobody.next("FEED_EVENT");
    expect(JSON.stringify(nobody.messages)).not.toContain("POSITION_UPDATE");
    nobody.say({ type: "AUTH", token: ALICE });
    nobody.say({ type: "RECONNECT", lastSequenceId: id });
    await nobody.next("REPLAY");
    await news();
    expect(await nobody.next("POSITION_UPDATE")).toEqual(secret);
  });

  it("a session that is made longer goes on as the same user's", async () => {
    const gateway = await stand.gateway({ limits: { heartbeatMs: 200 } });
    const client = await stand.client(gateway);
    client.say({ type: "AUTH", token: `expires:${Date.now() + 400}:${ALICE}` });
    client.say({ type: "AUTH", token: ALICE });
    await client.next("CONNECTION_STATE", 3);
    await sleep(700);
    await news();
    expect(await client.next("POSITION_UPDATE")).toEqual(secret);
  });
});

function openSocket(gateway: Gateway): Socket {
  const socket = connect(gateway.port, "127.0.0.1");
  sockets.push(socket);
  socket.on("error", () => undefined);
  socket.resume();
  return socket;
}

/** However it closes: `once` would reject where it is reset. */
function closing(socket: Socket): Promise<void> {
  if (socket.closed) return Promise.resolve();
  return new Promise((resolve) => socket.once("close", () => resolve()));
}

async function firstLine(socket: Socket): Promise<string> {
  const [data] = (await once(socket, "data")) as [Buffer];
  return data.toString().split("\r\n")[0] ?? "";
}

function rawSocket(socket: object): Socket {
  return (socket as unknown as { _socket: Socket })._socket;
}
