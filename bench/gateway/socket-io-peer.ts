import { createServer } from "node:http";
import { Server } from "socket.io";
import type { Peer } from "./peer.ts";

/** Socket.IO as its documentation shows a broadcast, over WebSocket alone. */
export async function openPeer(): Promise<Peer> {
  const http = createServer();
  const io = new Server(http, { transports: ["websocket"], serveClient: false });
  await new Promise<void>((resolve) =>
    http.listen({ port: 0, host: "127.0.0.1", backlog: 1024 }, resolve),
  );
  const address = http.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  let sequenceId = 0;
  return {
    port: address.port,
    path: "/socket.io/?EIO=4&transport=websocket",
    pids: [],
    async publish(events) {
      for (const event of events) {
        sequenceId += 1;
        io.emit("FEED_EVENT", { event, sequenceId, prev: sequenceId - 1 });
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
    close: () => io.close(),
  };
}
