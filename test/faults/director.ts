import { listFeed, readFeed } from "@ghostchain/feed";
import { ACCOUNTS } from "./accounts.ts";
import type { FirstPage } from "./clients/sim-client.ts";
import { Complaint } from "./complaint.ts";
import { type Faults, noFaults } from "./data/faults.ts";
import { START_BLOCK } from "./data/ledger-product.ts";
import type { GatewayHost } from "./hosts/gateway-host.ts";
import type { IndexerHost } from "./hosts/indexer-host.ts";
import { drawWeather, type StepKind } from "./profile.ts";
import type { SimWorld } from "./sim-world.ts";
import type { Random } from "./world/random.ts";

/** Longer than any process of ours may take to end. */
const STOP_MS = 90_000;

/** Decides what befalls the world, step by step. */
export class Director {
  readonly #world: SimWorld;
  readonly #random: Random;
  readonly #kinds: readonly StepKind[];
  readonly #total: number;
  readonly #steps: Readonly<Record<StepKind, () => void>>;
  #added = 0;

  constructor(world: SimWorld) {
    this.#world = world;
    this.#random = world.random.fork();
    const { weights } = world.profile;
    this.#kinds = Object.keys(weights) as StepKind[];
    this.#steps = this.#createSteps();
    this.#total = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
  }

  async run(): Promise<void> {
    const { profile, scheduler, indexers, gateways } = this.#world;
    this.#world.mine(Number(START_BLOCK) + profile.firstBlocks);
    this.#weather();
    for (const host of [...indexers, ...gateways])
      scheduler.at(undefined, this.#random.below(1_000), "start", () => host.start());
    for (let i = 0; i < profile.clients; i++)
      scheduler.at(undefined, this.#random.below(4_000), "a client comes", () => this.#addClient());
    for (let step = 0; step < profile.steps; step++) {
      const kind = this.#draw();
      this.#world.trace.note(scheduler.nowMs, "step", kind);
      this.#steps[kind]();
      await scheduler.run(this.#random.below(2 * profile.stepMs));
      if (this.#random.chance(0.05)) await scheduler.run(this.#random.below(4_000));
    }
    this.#calm();
    // Whoever still is to come has come.
    await scheduler.run(4_000);
    for (const host of [...indexers, ...gateways]) host.start();
    this.#world.mine(1);
  }

  #draw(): StepKind {
    const { weights } = this.#world.profile;
    let at = this.#random.next() * this.#total;
    for (const kind of this.#kinds) {
      at -= weights[kind];
      if (at < 0) return kind;
    }
    return "mine";
  }

  /** What each kind of step does. */
  #createSteps(): Readonly<Record<StepKind, () => void>> {
    const { chain, indexers, gateways, locks, servers, clients, buses } = this.#world;
    const random = this.#random;
    return {
      mine: () => this.#world.mine(1 + random.below(3)),
      burst: () => this.#world.mine(random.between(8, 25)),
      reorg: () => this.#reorganize(1 + random.below(4)),
      "deep reorg": () => this.#reorganize(1 + random.below(25)),
      wipe: () => {
        chain.wipe();
        this.#world.mine(random.below(12));
      },
      "kill indexer": () => random.pick(indexers).kill(),
      "kill gateway": () => random.pick(gateways).kill(),
      "stop indexer": () => this.#stop(random.pick(indexers)),
      "stop gateway": () => this.#stop(random.pick(gateways)),
      "lose lease": () => locks.drop("indexer"),
      freeze: () => this.#freeze(),
      cut: () => this.#cut("both"),
      "half cut": () => this.#cut(random.pick(["client", "server", "none"] as const)),
      "restart client": () => {
        if (clients.length > 0) random.pick(clients).restart();
      },
      "lose bus": () => {
        if (buses.size > 0) random.pick([...buses.values()]).disconnect(random.below(3_000));
      },
      "forget subscriptions": () => servers.forgetSubscriptions(),
      outage: () => this.#outage(),
      release: () => {
        this.#world.release += 1;
        random.pick(indexers).kill();
      },
      weather: () => this.#weather(),
    };
  }

  #calm(): void {
    const { faults } = this.#world;
    const calm = noFaults();
    for (const part of Object.keys(calm) as (keyof Faults)[])
      Object.assign(faults[part], calm[part]);
  }

  #weather(): void {
    const { faults, profile } = this.#world;
    drawWeather(this.#random, faults, profile.horizonBlocks);
  }

  #reorganize(depth: number): void {
    const length = Math.max(1, depth + this.#random.below(4) - 1);
    const lists = Array.from({ length }, () => this.#world.drawEvents());
    this.#world.chain.reorg(depth, ...lists);
  }

  /** Ends one as an operator would, and starts it again. */
  #stop(host: IndexerHost | GatewayHost): void {
    const { scheduler, complaints } = this.#world;
    const limit = scheduler.at(undefined, STOP_MS, "a stop takes too long", () => {
      complaints.push(new Complaint("a service that was told to stop does not"));
    });
    host.process?.onKill(limit);
    host.stop().then(
      () => {
        limit();
        scheduler.at(undefined, this.#random.below(800), "start after a stop", () => host.start());
      },
      (error: unknown) => complaints.push(new Complaint(String(error))),
    );
  }

  #freeze(): void {
    const { indexers, gateways, scheduler } = this.#world;
    const { process } = this.#random.pick([...indexers, ...gateways]);
    if (process) process.frozenUntilMs = scheduler.nowMs + this.#random.below(5_000);
  }

  #cut(told: "both" | "client" | "server" | "none"): void {
    const { links } = this.#world.network;
    if (links.length > 0) this.#random.pick(links).cut(told);
  }

  #outage(): void {
    const { faults, scheduler } = this.#world;
    const what = this.#random.pick([faults.rpc, faults.database, faults.bus]);
    what.down = true;
    scheduler.at(undefined, this.#random.below(2_500), "the outage is over", () => {
      what.down = false;
    });
  }

  async #addClient(): Promise<void> {
    const random = this.#random;
    const kinds = [["feed"], ["kind:moved"], ["kind:closed"]];
    const account = random.pick(ACCOUNTS);
    const own = [`address:${account}`];
    const topics = random.pick([...kinds, ["feed"], own, ["kind:closed", ...own]]);
    const wishes = {
      name: `client-${++this.#added}`,
      topics,
      user: random.chance(0.5) ? random.pick(ACCOUNTS) : undefined,
      slowMs: random.chance(0.2) ? random.below(300) : 0,
    };
    const page = random.chance(0.5) ? await this.#firstPage() : undefined;
    this.#world.addClient(wishes, page);
  }

  /** As the API answers it; none before there is a feed. */
  async #firstPage(): Promise<FirstPage | undefined> {
    return this.#world.real
      .transaction(async (sql) => {
        await sql.query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
        const { position } = await readFeed(sql, { after: 0, limit: 1 });
        const rows = await listFeed(sql, { limit: 1_000_000 });
        const standing = rows.flatMap((row) => (row.kind === "event" ? [row] : []));
        return { position, standing };
      })
      .catch(() => undefined);
  }
}
