import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { openSocket, startServer } from "./running-server.ts";

const request = (id: number, method: string, ...params: unknown[]) => ({
  jsonrpc: "2.0",
  id,
  method,
  params,
});

describe("WebSocket", () => {
  it("answers on the same port, and tells what was subscribed to", async () => {
    const { url, backend } = await startServer();
    const client = await openSocket(url);
    client.send(request(1, "eth_subscribe", "newHeads"));
    const { result: subscription } = (await client.next()) as { result: string };
    const { hash } = backend.mine();
    expect(await client.next()).toMatchObject({
      jsonrpc: "2.0",
      method: "eth_subscription",
      params: { subscription, result: { hash } },
    });
    client.send([request(2, "eth_unsubscribe", subscription), request(3, "eth_blockNumber")]);
    expect(await client.next()).toMatchObject([{ result: true }, { result: "0x1" }]);
  });

  it("answers what is not JSON, and drops messages above 5 MB", async () => {
    const { url } = await startServer();
    const client = await openSocket(url);
    client.socket.send("{");
    expect(await client.next()).toMatchObject({ error: { code: -32700 } });
    client.socket.send(Buffer.from(JSON.stringify(request(1, "eth_chainId"))));
    expect(await client.next()).toMatchObject({ result: "0x7a69" });
    client.socket.send(" ".repeat(5 * 1024 * 1024 + 1));
    expect(await client.closed).toBe(1009);
  });

  it("forgets the subscriptions of a client that left", async () => {
    const { url, dispatcher, backend } = await startServer();
    const client = await openSocket(url);
    client.send(request(1, "eth_subscribe", "newHeads"));
    await client.next();
    client.socket.close();
    await client.closed;
    await sleep(20);
    expect(() => backend.mine()).not.toThrow();
    dispatcher.close();
    expect(backend.listenerCount()).toBe(0);
  });

  it("refuses a foreign origin or host before the handshake", async () => {
    const { url } = await startServer({ allowedOrigins: ["https://app.example"] });
    await expect(openSocket(url, { origin: "https://evil.example" })).rejects.toThrow("403");
    await expect(openSocket(url, { host: "evil.example" })).rejects.toThrow("403");
    await openSocket(url, { origin: "https://app.example" });
  });

  it("drops a client that does not read with 1008, and keeps serving others", async () => {
    const { url, backend, metrics, post } = await startServer();
    const isDropped = async () =>
      (await metrics.getSingleMetricAsString("rpc_dropped_clients_total")).endsWith(" 1");
    const slow = await openSocket(url);
    slow.send(request(1, "eth_subscribe", "newHeads"));
    await slow.next();
    slow.socket.pause();
    const startBytes = process.memoryUsage().rss;
    while (!(await isDropped())) {
      expect(backend.head().block.header.number).toBeLessThan(30_000n);
      for (let i = 0; i < 500; i++) backend.mine();
      await sleep(0);
    }
    const answer = await post(JSON.stringify(request(1, "eth_chainId")));
    expect(await answer.json()).toMatchObject({ result: "0x7a69" });
    slow.socket.resume();
    expect(await slow.closed).toBe(1008);
    expect(process.memoryUsage().rss - startBytes).toBeLessThan(400 * 1024 * 1024);
  });

  it("answers every request of a client that sends many without reading", async () => {
    const { url } = await startServer();
    const client = await openSocket(url);
    for (let id = 0; id < 5_000; id++) client.send(request(id, "eth_chainId"));
    const ids = new Set<number>();
    while (ids.size < 5_000) ids.add(((await client.next()) as { id: number }).id);
    expect(ids.size).toBe(5_000);
  });

  it("is told when the server stops, within a second", async () => {
    const { url, server } = await startServer();
    const clients = await Promise.all([openSocket(url), openSocket(url)]);
    clients[1]?.socket.pause();
    const startMs = performance.now();
    await server.stop();
    expect(performance.now() - startMs).toBeLessThan(1_000);
    expect(await clients[0]?.closed).toBe(1001);
  });
});
