import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { GatewayStand } from "../../src/testing/gateway-stand.ts";
import { SocketClient } from "../../src/testing/socket-client.ts";

const ALICE = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045";

let stand: GatewayStand;
beforeAll(async () => {
  stand = await GatewayStand.open();
});
afterEach(() => stand.clear());
afterAll(() => stand.close());

describe("a client that says too much or the wrong thing", () => {
  it("closes with 1009 after a frame beyond 16 KiB, whole or in fragments, and keeps one of 16 KiB", async () => {
    const gateway = await stand.gateway();
    const [fits, whole, parts] = [1, 2, 3].map(() => stand.client(gateway));
    const json = (size: number) => {
      const text = '{"type":"PING"}';
      return text + " ".repeat(size - text.length);
    };
    (await fits)?.socket.send(json(16_384));
    await (await fits)?.next("PONG");
    (await whole)?.socket.send(json(16_385));
    expect(await (await whole)?.closed).toMatchObject({ code: 1009 });
    const client = await parts;
    for (let part = 0; part < 5; part += 1) client?.socket.send("x".repeat(4000), { fin: false });
    expect(await client?.closed).toMatchObject({ code: 1009 });
  });

  it("closes with 4429 after more than 20 messages in a second", async () => {
    const gateway = await stand.gateway();
    const client = await stand.client(gateway);
    for (let count = 0; count < 20; count += 1) client.say({ type: "PING" });
    await client.next("PONG", 20);
    client.say({ type: "PING" });
    expect(await client.closed).toMatchObject({ code: 4429 });
    expect(client.messages.at(-1)).toMatchObject({ type: "ERROR", code: "TOO_MANY_MESSAGES" });
  });

  it("counts control frames too: each costs an answer", async () => {
    const gateway = await stand.gateway();
    const client = await stand.client(gateway);
    for (let count = 0; count < 21; count += 1) client.socket.ping();
    expect(await client.closed).toMatchObject({ code: 4429 });
  });

  it("closes the sixth connection of a user with 4409", async () => {
    const gateway = await stand.gateway();
    const six = await Promise.all(Array.from({ length: 6 }, () => stand.client(gateway)));
    for (const [index, one] of six.entries()) {
      one.say({ type: "AUTH", token: ALICE });
      if (index < 5) await one.next("CONNECTION_STATE", 2);
    }
    expect(await six[5]?.closed).toMatchObject({ code: 4409 });
    expect(six.slice(0, 5).every(({ socket }) => socket.readyState === socket.OPEN)).toBe(true);
  });

  it("closes with 1007 after text that is not UTF-8, and 1003 after binary, with an error first", async () => {
    const gateway = await stand.gateway();
    const [text, binary] = [await stand.client(gateway), await stand.client(gateway)];
    text.socket.send(Buffer.from([0x22, 0xff, 0xfe, 0x22]), { binary: false });
    expect(await text.closed).toMatchObject({ code: 1007 });
    expect(text.messages.at(-1)).toMatchObject({ type: "ERROR", code: "INVALID_UTF8" });
    binary.socket.send(Buffer.from('{"type":"PING"}'), { binary: true });
    expect(await binary.closed).toMatchObject({ code: 1003 });
    expect(binary.messages.at(-1)).toMatchObject({ type: "ERROR", code: "BINARY_FRAME" });
  });

  it("closes with 1002 a client that breaks the framing, and goes on for others", async () => {
    const gateway = await stand.gateway();
    const [bad, good] = [await stand.client(gateway), await stand.client(gateway)];
    rawSocket(bad).write(Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff]));
    expect(await bad.closed).toMatchObject({ code: 1002 });
    good.say({ type: "PING" });
    await good.next("PONG");
  });
});

describe("a client that does not log in, or whose login ends", () => {
  it("closes with 4401 when AUTH does not come in time", async () => {
    const gateway = await stand.gateway({ public: false, limits: { authTimeoutMs: 100 } });
    const client = await stand.client(gateway);
    expect(await client.closed).toMatchObject({ code: 4401 });
    expect(client.messages).toEqual([]);
  });

  it("closes with 4401 after a bad token or a used ticket", async () => {
    const gateway = await stand.gateway();
    for (const credential of [{ token: "forged" }, { ticket: "used" }]) {
      const client = await stand.client(gateway);
      client.say({ type: "AUTH", ...credential });
      expect(await client.closed).toMatchObject({ code: 4401 });
      expect(client.messages.at(-1)).toMatchObject({
        type: "ERROR",
        code: expect.stringMatching(/^AUTH_(TOKEN|TICKET)_INVALID$/),
      });
    }
  });

  it("closes with 4401 when the token expires in the middle of the session", async () => {
    const gateway = await stand.gateway({ limits: { heartbeatMs: 200 } });
    const client = await stand.client(gateway);
    client.say({ type: "AUTH", token: `expires:${Date.now() + 300}:${ALICE}` });
    await client.next("CONNECTION_STATE", 2);
    expect(await client.closed).toMatchObject({ code: 4401, reason: "the session expired" });
  });

  it("cuts off a handshake that does not come to an end", async () => {
    const gateway = await stand.gateway({ limits: { handshakeTimeoutMs: 200 } });
    const silent = connect(gateway.port, "127.0.0.1");
    const slow = connect(gateway.port, "127.0.0.1");
    for (const one of [silent, slow]) one.on("error", () => undefined);
    slow.write("GET /ws HTTP/1.1\r\nHost: x\r\nX-Slow: ");
    silent.resume();
    slow.resume();
    await Promise.all([once(silent, "close"), once(slow, "close")]);
  });

  it("refuses a foreign Origin, another path, and a token in the URL before the handshake", async () => {
    const gateway = await stand.gateway({ origins: ["https://ghost.example"] });
    await expect(stand.client(gateway, { origin: "https://evil.example" })).rejects.toThrow("403");
    await (await stand.client(gateway, { origin: "https://ghost.example" })).next(
      "CONNECTION_STATE",
    );
    for (const [path, status] of [
      ["/", "404"],
      [`/ws?token=${ALICE}`, "400"],
    ] as const) {
      const client = new SocketClient(gateway.port, { path });
      const error = await new Promise((resolve) => client.socket.once("error", resolve));
      expect(String(error)).toContain(status);
    }
  });

  it("refuses one connection more than it holds", async () => {
    const gateway = await stand.gateway({ limits: { connections: 2 } });
    await stand.client(gateway);
    await stand.client(gateway);
    await expect(stand.client(gateway)).rejects.toThrow("503");
  });
});

describe("a client that does not read or answer", () => {
  it("closes with 1013 when a mebibyte waits, and holds no more than that for it", async () => {
    const gateway = await stand.gateway();
    const [stuck, reading] = [await stand.client(gateway), await stand.client(gateway)];
    await stuck.next("CONNECTION_STATE");
    stuck.socket.pause();
    // More than the kernel's buffers between two sockets of one machine take.
    for (let round = 0; round < 24; round += 1) await stand.writer.events(20, { pad: 50_000 });
    await reading.next("FEED_EVENT", 480);
    stuck.socket.resume();
    expect(await stuck.closed).toMatchObject({ code: 1013 });
    expect(stuck.ids.length).toBeLessThan(480);
    expect(stuck.ids).toEqual(reading.ids.slice(0, stuck.ids.length));
  });

  it("keeps a client that reads, even when one tick brings it more than it may leave unread", async () => {
    const gateway = await stand.gateway({ limits: { tickMs: 500, outboundBytes: 256 * 1024 } });
    const client = await stand.client(gateway);
    await client.next("CONNECTION_STATE");
    for (let round = 0; round < 10; round += 1) {
      await stand.writer.events(10, { pad: 10_000 });
      await client.next("CONNECTION_STATE");
    }
    await client.next("FEED_EVENT", 100);
    expect(client.socket.readyState).toBe(client.socket.OPEN);
  });

  it("closes with 4408 after two heartbeats without an answer, and keeps who answers", async () => {
    const gateway = await stand.gateway({ limits: { heartbeatMs: 80 } });
    const [deaf, alive] = [await stand.client(gateway), await stand.client(gateway)];
    deaf.socket.pong = () => undefined;
    Object.assign(deaf.socket, { _autoPong: false });
    expect(await deaf.closed).toMatchObject({ code: 4408 });
    expect(alive.socket.readyState).toBe(alive.socket.OPEN);
  });

  it("lets go of a client that vanished without a word", async () => {
    const gateway = await stand.gateway({ limits: { connectionsPerUser: 1 } });
    const gone = await stand.client(gateway);
    gone.say({ type: "AUTH", token: ALICE });
    await gone.next("CONNECTION_STATE", 2);
    rawSocket(gone).resetAndDestroy();
    await gone.closed;
    const next = await stand.client(gateway);
    await new Promise((resolve) => setTimeout(resolve, 50));
    next.say({ type: "AUTH", token: ALICE });
    await next.next("CONNECTION_STATE", 2);
  });
});

describe("writes", () => {
  it("coalesce what one tick brings to a socket, and each event stays a frame of its own", async () => {
    const gateway = await stand.gateway({ limits: { tickMs: 20 } });
    const client = await stand.client(gateway);
    await client.next("CONNECTION_STATE");
    let chunks = 0;
    rawSocket(client).on("data", () => {
      chunks += 1;
    });
    await Promise.all([stand.writer.events(10)]);
    await client.next("FEED_EVENT", 10);
    expect(chunks).toBe(1);
  });
});

function rawSocket(client: SocketClient): Socket {
  const { _socket } = client.socket as unknown as { _socket: Socket };
  return _socket;
}
