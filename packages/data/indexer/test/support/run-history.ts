import type { Database } from "@ghostchain/database";
import { createInProcessBus } from "@ghostchain/event-bus";
import { createFeedFollower, type FeedRow, readFeed } from "@ghostchain/feed";
import { type Clock, createMetrics, Health, type Logger, type Metrics } from "@ghostchain/service";
import { type Address, getAddress, numberToHex } from "viem";
import { createIndexer, type Indexer } from "../../src/indexer.ts";
import { FakeChain, type LedgerEvent, NO_FAULTS } from "./fake-chain.ts";
import { faultyBus } from "./faulty-bus.ts";
import { FaultyDatabase } from "./faulty-database.ts";
import { expectedState, type LedgerState, storedState } from "./ledger-model.ts";
import { ledgerProduct } from "./ledger-product.ts";
import { Random } from "./random.ts";
import { HONEST, LIE_NAMES, RpcMember } from "./rpc-member.ts";

const ACCOUNTS: readonly Address[] = Array.from({ length: 6 }, (_, i) =>
  getAddress(numberToHex(0xa0 + i, { size: 20 })),
);
const STEPS = 25;
const HORIZON_BLOCKS = 8;
const START_BLOCK = 2n;

/** Waits as short as the machine allows: what matters is what happens, not when. */
const hastyClock: Clock = {
  now: () => Date.now(),
  sleep: (durationMs, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const timer = setTimeout(resolve, Math.min(durationMs, 3));
      signal?.addEventListener("abort", () => {
        clearTimeout(timer);
        reject(signal.reason);
      });
    }),
};

export interface Outcome {
  readonly expected: LedgerState;
  readonly stored: LedgerState;
  /** What a client holds that has followed all the time. */
  readonly followed: LedgerState["feed"];
  readonly ids: readonly number[];
  readonly undone: number;
  readonly rebuilt: number;
  /** For whoever looks at a failing seed. */
  readonly story: readonly string[];
}

/**
 * One random history of a chain and of the indexer that follows it: reorgs of any depth, a server that errs, lags and
 * doubles, a bus that loses, and processes that are killed at any point.
 */
export async function runHistory(database: Database, seed: number, logger: Logger) {
  await database.query("DROP SCHEMA IF EXISTS ledger, indexer, feed CASCADE");
  const history = new History(database, seed, logger);
  await history.begin();
  for (let step = 0; step < STEPS; step++) await history.step();
  return history.end();
}

class History {
  readonly #database: Database;
  readonly #random: Random;
  readonly #logger: Logger;
  readonly #chain: FakeChain;
  /** Other servers of the chain, in half of the histories. */
  readonly #members: readonly RpcMember[];
  readonly #story: string[] = [];
  readonly #busFaults = { rate: 0.2 };
  readonly #bus;
  #mortal: FaultyDatabase;
  #indexer: Indexer | undefined;
  #follower: ReturnType<typeof createFeedFollower>;
  #followed: FeedRow[] = [];
  readonly #metrics: Metrics[] = [];

  constructor(database: Database, seed: number, logger: Logger) {
    this.#database = database;
    this.#random = new Random(seed);
    this.#logger = logger;
    this.#chain = new FakeChain({ seed, pushes: this.#random.chance(0.5) });
    const others = this.#random.chance(0.5) ? 1 + this.#random.below(3) : 0;
    this.#members = Array.from({ length: others }, () => this.#member());
    this.#bus = createInProcessBus({ logger });
    this.#mortal = new FaultyDatabase(database, this.#random);
    const deps = { database, bus: this.#bus, clock: hastyClock, logger };
    this.#follower = createFeedFollower(deps, { pollMs: 20 });
  }

  async begin(): Promise<void> {
    await this.#bus.start(new AbortController().signal);
    this.#mine(this.#random.below(60));
    await this.#follower.start(new AbortController().signal);
    const followed = this.#followed;
    this.#follower.listen({
      onRows: (rows) => followed.push(...rows),
      onEpoch: () => followed.splice(0),
    });
    this.#badDay();
    await this.#revive();
  }

  async step(): Promise<void> {
    const random = this.#random;
    const dice = random.below(10);
    if (dice < 5) this.#mine(1 + random.below(3));
    else if (dice < 7) this.#reorganize(1 + random.below(4));
    else if (dice < 8) this.#reorganize(1 + random.below(20));
    else if (dice < 9) this.#mortal.dieAfter(random.below(30));
    else this.#badDay();
    if (random.chance(0.7)) await this.#catchUp();
    else await hastyClock.sleep(random.below(4));
    if (this.#mortal.isDead) await this.#revive();
  }

  /** Everything works again; then all must come right. */
  async end(): Promise<Outcome> {
    this.#chain.faults = NO_FAULTS;
    // One of them may go on lying.
    for (const member of this.#members.slice(1)) member.manner = HONEST;
    this.#busFaults.rate = 0;
    if (this.#mortal.isDead) await this.#revive();
    this.#mortal.dieAfter(Number.POSITIVE_INFINITY);
    this.#mortal.lostAnswers = 0;
    this.#mine(1);
    const head = this.#chain.head.hash;
    await this.#until(() => this.#indexer?.point?.hash === head);
    const { position, rows } = await readFeed(this.#database, { after: 0, limit: 1_000_000 });
    await this.#until(() => this.#follower.position.sequenceId === position.sequenceId);
    await this.#indexer?.stop();
    await this.#follower.stop();
    return {
      expected: expectedState(this.#chain.blocks, START_BLOCK),
      stored: await storedState(this.#database),
      followed: await this.#whatTheClientHolds(rows),
      ids: rows.map((row) => row.sequenceId),
      undone: await this.#count("indexer_reorg_depth_blocks"),
      rebuilt: await this.#count("indexer_rebuilds_total"),
      story: this.#story,
    };
  }

  /** A client starts from a snapshot, so what it holds is what came before it listened and what it heard. */
  async #whatTheClientHolds(all: readonly FeedRow[]): Promise<LedgerState["feed"]> {
    const first = this.#followed[0]?.sequenceId ?? Number.POSITIVE_INFINITY;
    const rows = [...all.filter((row) => row.sequenceId < first), ...this.#followed];
    const retracted = new Set(rows.flatMap((row) => (row.kind === "retract" ? row.retracts : [])));
    const kept = rows.filter((row) => row.kind === "event" && !retracted.has(row.sequenceId));
    return kept.flatMap((row) => (row.kind === "event" ? [row.event] : [])) as never;
  }

  async #count(metric: string): Promise<number> {
    let total = 0;
    for (const registry of this.#metrics) {
      const values = (await registry.getSingleMetric(metric)?.get())?.values ?? [];
      const counts = values.filter(
        (v) => !("metricName" in v) || v.metricName === `${metric}_count`,
      );
      total += counts.reduce((sum, { value }) => sum + value, 0);
    }
    return total;
  }

  #mine(count: number): void {
    const lists = Array.from({ length: count }, () => this.#events());
    this.#story.push(`mine ${count}`);
    this.#chain.mine(...lists);
  }

  #reorganize(depth: number): void {
    const length = Math.max(1, depth + this.#random.below(4) - 1);
    this.#story.push(`reorg ${depth} by ${length} at ${this.#chain.head.number}`);
    this.#chain.reorg(depth, ...Array.from({ length }, () => this.#events()));
  }

  #events(): LedgerEvent[] {
    const random = this.#random;
    return Array.from({ length: random.below(4) }, (): LedgerEvent => {
      if (random.chance(0.15)) return { kind: "closed", who: random.pick(ACCOUNTS) };
      const [from, to] = [random.pick(ACCOUNTS), random.pick(ACCOUNTS)];
      return { kind: "moved", from, to, amount: BigInt(random.below(1_000)) };
    });
  }

  #badDay(): void {
    const random = this.#random;
    const error = random.chance(0.5) ? random.next() * 0.15 : 0;
    const rangeBlocks = 1 + random.below(12);
    for (const member of this.#members) this.#changeManner(member);
    this.#chain.faults = { error, stale: random.next() * 0.3, push: 0.2, rangeBlocks };
    this.#mortal.lostAnswers = random.chance(0.3) ? 0.1 : 0;
    this.#story.push(`faults: errors ${error.toFixed(2)}, ranges of ${rangeBlocks}`);
  }

  #member(): RpcMember {
    return new RpcMember(this.#chain, {}, () => this.#random.next());
  }

  #changeManner(member: RpcMember): void {
    const random = this.#random;
    const lag = random.chance(0.4) ? random.below(12) : 0;
    const lie = random.chance(0.4) ? random.pick(LIE_NAMES) : undefined;
    const [errs, hangs] = random.chance(0.3) ? [random.next(), random.next() * 0.1] : [0, 0];
    member.manner = { ...HONEST, lag, lie, errs, hangs, emptyWhenUnknown: random.chance(0.5) };
    this.#story.push(`a server lags by ${lag}, and lies: ${lie}`);
  }

  /** Another process on the same database, after the last was killed. */
  async #revive(): Promise<void> {
    await this.#mortal.bury();
    await this.#indexer?.stop();
    this.#story.push("killed; another process starts");
    this.#mortal = new FaultyDatabase(this.#database, this.#random);
    const metrics = createMetrics({ processMetrics: false });
    this.#metrics.push(metrics);
    this.#indexer = createIndexer(
      {
        database: this.#mortal,
        bus: faultyBus(this.#bus, this.#random, this.#busFaults),
        clock: hastyClock,
        logger: this.#logger,
        metrics,
        health: new Health(),
      },
      {
        products: [ledgerProduct({ startBlock: START_BLOCK })],
        rpc: [...this.#members, this.#chain],
        rpcLimits: { timeoutMs: 50 },
        pollMs: 3,
        horizonBlocks: HORIZON_BLOCKS,
      },
    );
    // Like a supervisor, which starts it again when the chain had a bad moment.
    for (;;) {
      try {
        await this.#indexer.start(new AbortController().signal);
        return;
      } catch {
        await hastyClock.sleep(1);
      }
    }
  }

  /** Until the indexer is at the head, dies, or has had time enough on a bad day. */
  async #catchUp(): Promise<void> {
    const head = this.#chain.head.hash;
    for (const untilMs = Date.now() + 500; Date.now() < untilMs; await hastyClock.sleep(1))
      if (this.#mortal.isDead || this.#indexer?.point?.hash === head) return;
  }

  async #until(condition: () => boolean): Promise<void> {
    for (const untilMs = Date.now() + 15_000; !condition(); ) {
      if (Date.now() > untilMs)
        throw new Error(`nothing more happens after: ${this.#story.join("; ")}`);
      await hastyClock.sleep(3);
    }
  }
}
