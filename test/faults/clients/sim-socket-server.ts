import {
  type Connection,
  checkDeadlines,
  createConnection,
  type OpenSockets,
  type Parting,
  type Sockets,
} from "@ghostchain/gateway/testing";
import type { SimProcess } from "../world/sim-process.ts";
import type { Link } from "./link.ts";
import type { SimNetwork } from "./sim-network.ts";

type Core = Parameters<OpenSockets>[0];
type Parts = Parameters<OpenSockets>[1];
type Options = Parameters<OpenSockets>[2];

export interface ServerPlace {
  readonly network: SimNetwork;
  readonly owner: SimProcess;
  /** By which clients find it. */
  readonly host: string;
  /** A deliberate breakage: what becomes of a message. */
  readonly outgoing: (text: string, to: Connection | undefined) => string;
}

/** The gateway's sockets, without the sockets: what `SocketServer` does, over simulated wires. */
export class SimSocketServer implements Sockets {
  readonly owner: SimProcess;
  readonly port = 80;
  readonly tally = { frames: 0, bytes: 0 };
  readonly outboundBytes: number;
  readonly #place: ServerPlace;
  readonly #core: Core;
  readonly #parts: Parts;
  readonly #options: Options;
  readonly #open = new Map<Connection, Link>();
  #opened = 0;

  constructor(place: ServerPlace, core: Core, parts: Parts, options: Options) {
    this.owner = place.owner;
    this.outboundBytes = options.limits.outboundBytes;
    this.#place = place;
    this.#core = core;
    this.#parts = parts;
    this.#options = options;
    place.owner.onKill(() => {
      for (const link of this.#open.values()) link.cut(this.#deathNotice());
    });
  }

  get connectionCount(): number {
    return this.#open.size;
  }

  async listen(): Promise<void> {
    this.#place.network.listen(this.#place.host, this);
  }

  afterWrites(done: () => void): void {
    done();
  }

  sweep(): void {
    for (const connection of this.#open.keys()) {
      if (connection.phase === "closed") continue;
      const over = checkDeadlines(connection, this.#options.limits, this.#parts.clock.now());
      if (over) this.#part(connection, over);
    }
  }

  closeAll(parting: Parting, lastFrame?: Buffer): void {
    for (const connection of this.#open.keys()) {
      if (lastFrame && connection.phase !== "greeting") connection.outlet.send(lastFrame);
      this.#part(connection, parting);
    }
  }

  async stop(): Promise<void> {
    this.#place.network.close(this.#place.host, this);
    this.closeAll({ code: 1001, reason: "the gateway is stopping: reconnect" });
  }

  accept(link: Link): Connection {
    const { heartbeatMs } = this.#options.limits;
    const nowMs = this.#parts.clock.now();
    const firstPingAtMs = nowMs + heartbeatMs * (1 - (this.#opened++ % 64) / 128);
    const connection = createConnection(link, nowMs, firstPingAtMs);
    this.#open.set(connection, link);
    this.#core.desk().open(connection);
    return connection;
  }

  receive(connection: Connection, text: string): void {
    this.#core.desk().receive(connection, text, this.#parts.clock.now());
  }

  closed(connection: Connection, code: number): void {
    if (!this.#open.delete(connection)) return;
    this.#core.stream().leave(connection);
    this.#parts.onClosed(code);
  }

  outgoing(text: string, to: Connection | undefined): string {
    return this.#place.outgoing(text, to);
  }

  #part(connection: Connection, { code, reason }: Parting): void {
    this.#core.stream().leave(connection);
    connection.outlet.close(code, reason);
  }

  /** Of a killed process its system tells the clients; of a machine that is gone nobody does. */
  #deathNotice(): "client" | "none" {
    return this.#place.network.parts.random.chance(0.8) ? "client" : "none";
  }
}
