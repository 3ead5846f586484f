import type { SocketClass, SocketLike } from "@ghostchain/sdk";
import type { Faults } from "../data/faults.ts";
import type { Random } from "../world/random.ts";
import type { Scheduler } from "../world/scheduler.ts";
import type { SimProcess } from "../world/sim-process.ts";
import { Link } from "./link.ts";
import type { SimSocketServer } from "./sim-socket-server.ts";

export interface NetworkParts {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly faults: Faults["network"];
  /** A deliberate breakage: what becomes of a client's message. */
  readonly incoming: (text: string) => string;
}

/** Where clients find gateways, over wires that break. */
export class SimNetwork {
  readonly parts: NetworkParts;
  readonly #servers = new Map<string, SimSocketServer>();
  readonly #links = new Set<Link>();

  constructor(parts: NetworkParts) {
    this.parts = parts;
  }

  /** Connections that still stand. */
  get links(): readonly Link[] {
    return [...this.#links];
  }

  listen(name: string, server: SimSocketServer): void {
    this.#servers.set(name, server);
  }

  close(name: string, server: SimSocketServer): void {
    if (this.#servers.get(name) === server) this.#servers.delete(name);
  }

  forget(link: Link): void {
    this.#links.delete(link);
  }

  /** A WebSocket as this process has it. `slowMs` is how long it takes to read a message. */
  socketClass(owner: SimProcess, reading: { slowMs: number }): SocketClass {
    const open = (url: string, socket: SimSocket) => this.#open(url, socket, owner, reading);
    return class extends SimSocket {
      constructor(url: string) {
        super(open, url);
      }
    };
  }

  #open(url: string, socket: SimSocket, owner: SimProcess, reading: { slowMs: number }): Link {
    const { scheduler, random, faults } = this.parts;
    const name = new URL(url).hostname;
    const link = new Link(this, socket, owner, reading);
    this.#links.add(link);
    scheduler.at(undefined, random.latencyMs(faults.latencyMs), `connect to ${name}`, () => {
      const server = this.#servers.get(name);
      if (server?.owner.alive && !random.chance(faults.refused)) link.accept(server);
      else link.refuse();
    });
    return link;
  }
}

/** The client's end of a link. */
export class SimSocket implements SocketLike {
  onopen: SocketLike["onopen"] = null;
  onmessage: SocketLike["onmessage"] = null;
  onclose: SocketLike["onclose"] = null;
  onerror: SocketLike["onerror"] = null;
  readonly #link: Link;

  constructor(open: (url: string, socket: SimSocket) => Link, url: string) {
    this.#link = open(url, this);
  }

  send(text: string): void {
    this.#link.sendUp(text);
  }

  close(): void {
    this.#link.closeByClient();
  }
}
