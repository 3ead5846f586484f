import { createServer } from "node:http";
import { type WebSocket, WebSocketServer } from "ws";
import type { Peer } from "./peer.ts";

/** The seed's gateway: for every event and every socket one `JSON.stringify` and one `send`. */
export async function openPeer(): Promise<Peer> {
  const http = createServer();
  const sockets = new WebSocketServer({ server: http, path: "/ws", perMessageDeflate: false });
  const connections = new Set<WebSocket>();
  sockets.on("connection", (socket) => {
    connections.add(socket);
    socket.on("message", (data) => JSON.parse(data.toString()));
    socket.on("close", () => connections.delete(socket));
  });
  await new Promise<void>((resolve) =>
    http.listen({ port: 0, host: "127.0.0.1", backlog: 1024 }, resolve),
  );
  const address = http.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  let sequenceId = 0;
  return {
    port: address.port,
    path: "/ws",
    pids: [],
    async publish(events) {
      for (const event of events) {
        sequenceId += 1;
        for (const socket of connections) {
          if (socket.readyState !== socket.OPEN) continue;
          const message = { type: "FEED_EVENT", event, sequenceId, prev: sequenceId - 1 };
          socket.send(JSON.stringify(message));
        }
        // so that the server goes on reading between two events
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
    async close() {
      for (const socket of connections) socket.terminate();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}
