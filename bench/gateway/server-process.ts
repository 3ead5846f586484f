/** One peer in a process of its own: `node server-process.ts NAME GATEWAYS`, told over IPC what to publish. */
import { type BenchEvent, jackIn, type Peer, preciseNow } from "./peer.ts";

export type ServerCommand = {
  readonly do: "publish";
  readonly perSecond: number;
  readonly seconds: number;
  /** How far apart blocks are, each with the events of its span; 0 for each event by itself. */
  readonly blockMs: number;
};
export type ServerReport =
  | {
      readonly is: "open";
      readonly port: number;
      readonly path: string;
      readonly pids: readonly number[];
    }
  | { readonly is: "published"; readonly count: number };

/** A block's worth: what is overdue beyond it comes in the next turn. */
const EVENTS_AT_ONCE = 20;

const [name = "", gateways] = process.argv.slice(2);
const { openPeer } = (await import(`./${name}-peer.ts`)) as {
  openPeer: (gateways: number) => Promise<Peer>;
};
const peer = await openPeer(Number(gateways));
let published = 0;

process.on("message", (command: ServerCommand) => {
  void publishFor(command).then((count) => report({ is: "published", count }));
});
process.once("disconnect", () => void peer.close().finally(() => process.exit(0)));
report({ is: "open", port: peer.port, path: peer.path, pids: [process.pid, ...peer.pids] });

/** Publishes each event when it is due, and those that are overdue together. */
async function publishFor({ perSecond, seconds, blockMs }: ServerCommand): Promise<number> {
  const startMs = preciseNow();
  const total = perSecond * seconds;
  const dueAtMs = (index: number) => {
    const atMs = (index * 1_000) / perSecond;
    return startMs + (blockMs === 0 ? atMs : Math.ceil(atMs / blockMs) * blockMs);
  };
  let count = 0;
  while (count < total && preciseNow() < startMs + seconds * 1_000) {
    const nowMs = preciseNow();
    const events: BenchEvent[] = [];
    let index = count;
    for (; index < total && dueAtMs(index) <= nowMs && events.length < EVENTS_AT_ONCE; index++) {
      events.push(jackIn(published + index, dueAtMs(index)));
    }
    if (events.length > 0) await peer.publish(events);
    count = index;
    const waitMs = dueAtMs(count) - preciseNow();
    await new Promise((resolve) => {
      if (waitMs > 0) setTimeout(resolve, waitMs);
      else setImmediate(resolve);
    });
  }
  published += count;
  return count;
}

function report(what: ServerReport): void {
  process.send?.(what);
}
