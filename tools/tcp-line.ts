import { connect, createServer, type Socket } from "node:net";

/** A line to a server that a test can cut, or leave hanging. */
export interface Line {
  readonly port: number;
  /** Breaks what goes through it now; what comes later is carried. */
  break(): void;
  /** Breaks what goes through it, and refuses what comes. */
  cut(): void;
  /** Carries nothing any more and closes nothing either. */
  hang(): void;
  mend(): void;
  close(): Promise<void>;
}

export async function openLine(target: { host: string; port: number }): Promise<Line> {
  const sockets = new Set<Socket>();
  let state: "carries" | "hangs" | "cut" = "carries";
  const server = createServer((near) => {
    if (state === "cut") return void near.destroy();
    const far = connect(target.port, target.host);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.on("data", (chunk) => {
        if (state === "carries") other.write(chunk);
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const breakAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: address.port,
    break: breakAll,
    cut() {
      state = "cut";
      breakAll();
    },
    hang() {
      state = "hangs";
    },
    mend() {
      state = "carries";
      // what was swallowed never comes: those connections are of no use
      breakAll();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        breakAll();
      }),
  };
}
