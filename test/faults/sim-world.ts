import type { Database } from "@ghostchain/database";
import { createInProcessBus, type EventBus } from "@ghostchain/event-bus";
import { createLogger, createSilentLogger, type Logger } from "@ghostchain/service";
import { ACCOUNTS } from "./accounts.ts";
import { type Breakage, distortFor, incomingFor, outgoingFor, rewriteFor } from "./breakage.ts";
import { type LedgerEvent, SimChain } from "./chain/sim-chain.ts";
import { SimServers } from "./chain/sim-server.ts";
import { type ClientWishes, type FirstPage, SimClient } from "./clients/sim-client.ts";
import { SimNetwork } from "./clients/sim-network.ts";
import type { Complaint } from "./complaint.ts";
import { type Faults, noFaults } from "./data/faults.ts";
import { ServerFlights } from "./data/server-flights.ts";
import { SimBus } from "./data/sim-bus.ts";
import { SimDatabase } from "./data/sim-database.ts";
import { SimLocks } from "./data/sim-locks.ts";
import { Slots } from "./data/slots.ts";
import { GatewayHost } from "./hosts/gateway-host.ts";
import { IndexerHost } from "./hosts/indexer-host.ts";
import { drawProfile, type Profile } from "./profile.ts";
import { Random } from "./world/random.ts";
import { Scheduler } from "./world/scheduler.ts";
import type { SimProcess } from "./world/sim-process.ts";
import { Trace } from "./world/trace.ts";

/** The pool has ten; the rest are for looking from outside. */
export const SLOTS = 8;

export interface RunOptions {
  readonly keepsTrace: boolean;
  readonly breakage?: Breakage | undefined;
}

/** One chain, one database, and everyone who depends on them, from one seed. */
export class SimWorld {
  readonly profile: Profile;
  readonly random: Random;
  readonly trace: Trace;
  readonly faults: Faults = noFaults();
  readonly scheduler: Scheduler;
  readonly chain = new SimChain();
  readonly servers: SimServers;
  readonly locks: SimLocks;
  readonly slots = new Slots(SLOTS);
  readonly flights: ServerFlights;
  readonly network: SimNetwork;
  readonly indexers: readonly IndexerHost[];
  readonly gateways: readonly GatewayHost[];
  readonly complaints: Complaint[] = [];
  readonly buses = new Map<SimProcess, SimBus>();
  readonly breakage: Breakage | undefined;
  readonly logger: Logger;
  clients: SimClient[] = [];
  readonly real: Database;
  /** Which release of the product the processes run. */
  release = 0;
  /** Nothing is started any more. */
  isClosing = false;
  readonly #bus: EventBus;
  readonly #told = new Map<string, string>();
  readonly #forks: { database: Random; bus: Random; client: Random };

  constructor(real: Database, seed: number, { keepsTrace, breakage }: RunOptions) {
    const random = new Random(seed);
    this.real = real;
    this.random = random;
    this.breakage = breakage;
    this.trace = new Trace(keepsTrace);
    this.logger = keepsTrace ? tracing(this.trace) : SILENT;
    this.profile = drawProfile(random.fork());
    this.scheduler = new Scheduler(random.fork(), this.trace);
    const { scheduler, faults, chain } = this;
    const { hasTimedLogs } = this.profile;
    const parts = { scheduler, chain, random: random.fork(), faults: faults.rpc, hasTimedLogs };
    this.servers = new SimServers(parts, this.profile.servers);
    this.servers.distort = distortFor(breakage);
    this.locks = new SimLocks(scheduler, random.fork(), faults.database);
    this.flights = new ServerFlights(real);
    const wires = { scheduler, random: random.fork(), faults: faults.network };
    this.network = new SimNetwork({ ...wires, incoming: incomingFor(breakage) });
    this.#bus = createInProcessBus({ logger: SILENT });
    this.#forks = { database: random.fork(), bus: random.fork(), client: random.fork() };
    this.indexers = Array.from(
      { length: this.profile.indexers },
      (_, i) => new IndexerHost(this, random.fork(), i + 1),
    );
    const outgoing = outgoingFor(breakage);
    this.gateways = Array.from(
      { length: this.profile.gateways },
      (_, i) => new GatewayHost(this, random.fork(), { host: `gateway-${i + 1}`, outgoing }),
    );
  }

  async open(): Promise<void> {
    await this.#bus.start(new AbortController().signal);
  }

  async close(): Promise<void> {
    await this.#bus.stop();
  }

  database(owner: SimProcess): Database {
    const { scheduler, flights, locks, slots, real, breakage } = this;
    return new SimDatabase({
      ...{ scheduler, flights, locks, slots, real, owner },
      random: this.#forks.database,
      faults: this.faults.database,
      rewrite: rewriteFor(breakage),
      answersEarly: breakage === "rows are announced before their commit",
    });
  }

  bus(owner: SimProcess): SimBus {
    const { scheduler } = this;
    const parts = { scheduler, owner, real: this.#bus };
    const bus = new SimBus({ ...parts, random: this.#forks.bus, faults: this.faults.bus });
    this.buses.set(owner, bus);
    owner.onKill(() => this.buses.delete(owner));
    return bus;
  }

  /** After a service was told to stop, and had its time: nothing of it may be left. */
  end(owner: SimProcess): void {
    const left = [...owner.pending].map(({ what }) => what);
    const subscriptions = this.buses.get(owner)?.subscriptions ?? 0;
    if (subscriptions > 0) left.push(`${subscriptions} subscriptions`);
    owner.kill();
    if (left.length > 0)
      throw new Error(`${owner.name} has stopped, but not: ${left.join(", ").slice(0, 300)}`);
  }

  addClient(wishes: Omit<ClientWishes, "page">, page: FirstPage | undefined): void {
    const { scheduler, network, breakage } = this;
    const parts = {
      ...{ scheduler, network, told: this.#told },
      random: this.#forks.client,
      hosts: this.gateways.map(({ host }) => host),
      complain: (complaint: Complaint) => this.complaints.push(complaint),
      ignoresRetracts: breakage === "a client ignores retractions",
    };
    this.clients.push(new SimClient(parts, { ...wishes, page }));
  }

  /** What happens in a block. */
  drawEvents(): LedgerEvent[] {
    const { random } = this;
    return Array.from({ length: random.below(4) }, (): LedgerEvent => {
      if (random.chance(0.15)) return { kind: "closed", who: random.pick(ACCOUNTS) };
      const [from, to] = [random.pick(ACCOUNTS), random.pick(ACCOUNTS)];
      return { kind: "moved", from, to, amount: BigInt(random.below(1_000)) };
    });
  }

  mine(count: number): void {
    this.chain.mine(...Array.from({ length: count }, () => this.drawEvents()));
  }
}

const SILENT = createSilentLogger();

/** What the services say, among what happens. */
function tracing(trace: Trace): Logger {
  const write = (line: string) => {
    const { msg, module, err } = JSON.parse(line) as {
      msg: string;
      module?: string;
      err?: { message?: string };
    };
    trace.remark(`${module ?? "log"}: ${msg}${err ? `: ${err.message}` : ""}`);
  };
  return createLogger({ level: "info", destination: { write } });
}
