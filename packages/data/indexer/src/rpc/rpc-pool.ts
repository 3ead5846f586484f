import type { Clock, Logger } from "@ghostchain/service";
import { IndexerError } from "../indexer-error.ts";
import type { Standing } from "./endpoint-health.ts";
import { electChain, identifyEndpoint, isSameChain, otherChain } from "./identify-endpoint.ts";
import { meter } from "./metered-connection.ts";
import type { RpcConnection } from "./rpc-connection.ts";
import { type ChainIdentity, outcomeOf, RpcEndpoint, reasonOf } from "./rpc-endpoint.ts";
import type { RpcMetrics } from "./rpc-metrics.ts";

export interface RpcPoolDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics?: RpcMetrics | undefined;
  /** Its name, which metrics carry. */
  readonly chain: string;
  /** In `[0, 1)`, so that pauses differ. Default `Math.random`. */
  readonly random?: () => number;
}

export interface UseOptions {
  /** Asked first if it is in good standing: it announced what is asked for. */
  readonly prefer?: RpcEndpoint | undefined;
  /** Never asked: what it said is to be compared with what another says. */
  readonly without?: readonly RpcEndpoint[];
  /** Asks a second endpoint where the first takes much longer than it uses to. */
  readonly hedge?: boolean;
}

/** Between two looks at the endpoints that are not asked anything else. */
const LOOK_EVERY_MS = 5_000;
/** The first that answers what chain it is of is not let wait longer than this for the others. */
const ELECTION_MS = 1_000;
/** An endpoint that asked for a pause is waited for as long as this; then it is an error. */
const BUSY_WAIT_MAX_MS = 10_000;
/** The endpoint that is in use stays so unless another is better by as much. */
const LOYALTY = 0.7;
const HEDGE_FACTOR = 8;
const HEDGE_MIN_MS = 150;
const HEDGE_MAX_MS = 3_000;
/** What says how fast an endpoint is: cheap everywhere, and asked often. */
const LIGHT = new Set(["eth_chainId", "eth_getBlockByNumber", "eth_getBlockByHash"]);

/**
 * The servers that a chain is read from. A task runs against the best of them; where it fails, or finds that the
 * answers cannot be true, it runs against the next.
 */
export class RpcPool {
  readonly endpoints: readonly RpcEndpoint[];
  readonly #deps: RpcPoolDeps;
  readonly #closing = new AbortController();
  #chain: ChainIdentity | undefined;
  #current: RpcEndpoint | undefined;
  #lookedAtMs = Number.NEGATIVE_INFINITY;

  constructor(deps: RpcPoolDeps, connections: readonly RpcConnection[]) {
    this.#deps = deps;
    this.endpoints = connections.map((connection, index) => {
      const metered = meter(connection, ({ methods, outcome, durationMs }) => {
        const [method = ""] = methods;
        if (methods.length === 1 && outcome === "ok" && LIGHT.has(method))
          this.endpoints[index]?.health.answeredIn(durationMs);
        const labels = { chain: deps.chain, endpoint: index };
        deps.metrics?.requests.inc({ ...labels, outcome }, methods.length);
        deps.metrics?.seconds.observe(labels, durationMs / 1_000);
      });
      return new RpcEndpoint(index, metered);
    });
  }

  /** The name of the chain, which metrics carry. */
  get chain(): string {
    return this.#deps.chain;
  }

  /** The newest block that any endpoint which is believed has. */
  get highest(): bigint | undefined {
    let highest: bigint | undefined;
    for (const { health } of this.endpoints) {
      const standing = health.standing(this.#deps.clock.now());
      if (standing === "quarantined" || standing === "excluded") continue;
      if (health.head !== undefined && (highest === undefined || health.head > highest))
        highest = health.head;
    }
    return highest;
  }

  /** The endpoint that would be asked now. */
  get best(): RpcEndpoint | undefined {
    return this.#pick(new Set(), {}, "quarantined");
  }

  /** Endpoints in good standing, beside those named. */
  good(without: readonly RpcEndpoint[] = []): RpcEndpoint[] {
    const now = this.#deps.clock.now();
    return this.endpoints.filter(
      (one) => one.health.standing(now) === "good" && !without.includes(one),
    );
  }

  /** Endpoints that are neither of another chain nor in quarantine, whether they answer or not. */
  believed(): RpcEndpoint[] {
    const now = this.#deps.clock.now();
    return this.endpoints.filter(({ health }) => RANK[health.standing(now)] <= RANK.resting);
  }

  /** True of an endpoint that is of another chain. */
  isLeftOut({ health }: RpcEndpoint): boolean {
    return health.standing(this.#deps.clock.now()) === "excluded";
  }

  /** What is wrong with some of the endpoints, for a person; undefined where all are well. */
  get trouble(): string | undefined {
    const now = this.#deps.clock.now();
    const troubled = this.endpoints.filter((one) => one.health.standing(now) !== "good");
    if (this.endpoints.length === 1 || troubled.length === 0) return undefined;
    return troubled
      .map(({ where, health }) => `${where} is ${health.standing(now)}: ${health.reason}`)
      .join("; ");
  }

  /**
   * What `task` makes of an endpoint's answers, of the best that can do it.
   *
   * @throws {IndexerError} `INDEXER_SOURCE_UNREACHABLE` naming every endpoint and its reason where none answered, else
   *   what the last that did answer was refused for
   */
  async use<T>(task: (endpoint: RpcEndpoint) => Promise<T>, options: UseOptions = {}): Promise<T> {
    await this.#whileBusy();
    this.#lookAround();
    const tried = new Set<RpcEndpoint>();
    const failures: Failure[] = [];
    const running = new Map<RpcEndpoint, Promise<Attempt<T>>>();
    for (let worst: Standing = "quarantined"; ; ) {
      const next: RpcEndpoint | undefined = this.#pick(tried, options, worst);
      if (next) {
        tried.add(next);
        running.set(next, this.attempt(next, task));
      }
      if (running.size === 0) throw allFailed(this.endpoints, failures);
      const canHedge = options.hedge === true && running.size === 1;
      const spare = canHedge ? this.#pick(tried, options, "good") : undefined;
      const ended: Attempt<T> | "slow" = await this.#firstOf(running, spare && next);
      worst = ended === "slow" ? "good" : "quarantined";
      if (ended === "slow") continue;
      running.delete(ended.endpoint);
      if ("result" in ended) return ended.result;
      if (outcomeOf(ended.error) === undefined) throw ended.error;
      failures.push(ended);
    }
  }

  /**
   * What chain the endpoints are of. Those of another are left out from here on.
   *
   * @throws {IndexerError} `INDEXER_SOURCE_UNREACHABLE` where none says
   */
  async identify(expected: ChainIdentity | undefined): Promise<ChainIdentity> {
    const [only] = this.endpoints;
    if (this.endpoints.length === 1 && only) return this.#identityOf(only);
    for (const endpoint of this.endpoints) {
      endpoint.health.readmit();
      endpoint.identity = undefined;
    }
    const asked = this.endpoints.map(async (endpoint) => this.#identityOf(endpoint));
    const failures: Failure[] = [];
    const answers = await this.#answersOf(asked, failures);
    const elected = electChain(answers, expected);
    if (elected === undefined) throw allFailed(this.endpoints, failures);
    this.#chain = elected;
    for (const endpoint of this.endpoints) this.#excludeIfForeign(endpoint, endpoint.identity);
    return elected;
  }

  /** A head that an endpoint said it has. */
  sawHead(endpoint: RpcEndpoint, number: bigint): void {
    endpoint.health.head = number;
  }

  /** For what was found out beside a task: the endpoint takes the consequences of `error`. */
  blame(endpoint: RpcEndpoint, error: unknown): void {
    const { clock, logger, random = Math.random } = this.#deps;
    const [now, reason] = [clock.now(), reasonOf(error)];
    const { health } = endpoint;
    const outcome = outcomeOf(error);
    const fields = { endpoint: endpoint.where, reason };
    endpoint.identity = undefined;
    if (outcome === "inconsistent") {
      health.lied(now, reason);
      logger.warn(fields, "an RPC endpoint said what cannot be true; asking it last for a while");
    } else if (outcome === "busy" && error instanceof IndexerError) {
      const { fault } = error;
      health.wasBusy(now, "retryAfterMs" in fault ? fault.retryAfterMs : 0, reason);
      logger.debug(fields, "an RPC endpoint wants to be asked less");
    } else if (outcome === "behind") health.wasBehind(now, reason);
    else {
      if (health.failures === 0) logger.debug(fields, "an RPC endpoint failed");
      health.failed(now, random(), reason);
    }
    this.#report(endpoint);
  }

  /** Rejects when the pool is closed. */
  pause(durationMs: number): Promise<void> {
    return this.#deps.clock.sleep(durationMs, this.#closing.signal);
  }

  close(): void {
    this.#closing.abort(new Error("the RPC pool was closed"));
    for (const { connection } of this.endpoints) connection.close();
  }

  /** Never rejects: what failed is the endpoint's fault, and it takes the consequences. */
  async attempt<T>(
    endpoint: RpcEndpoint,
    task: (endpoint: RpcEndpoint) => Promise<T>,
  ): Promise<Attempt<T>> {
    try {
      await this.admit(endpoint);
      const result = await task(endpoint);
      endpoint.health.succeeded();
      this.#report(endpoint);
      return { endpoint, result };
    } catch (error) {
      if (!this.#closing.signal.aborted && outcomeOf(error)) this.blame(endpoint, error);
      return { endpoint, error };
    }
  }

  /** The first attempt that ends, or "slow" when `slow` is given and takes longer than it uses to. */
  async #firstOf<T>(
    running: ReadonlyMap<RpcEndpoint, Promise<Attempt<T>>>,
    slow: RpcEndpoint | undefined,
  ): Promise<Attempt<T> | "slow"> {
    if (slow === undefined) return Promise.race(running.values());
    const done = new AbortController();
    const usualMs = HEDGE_FACTOR * slow.health.costMs(undefined);
    const waitMs = Math.min(Math.max(usualMs, HEDGE_MIN_MS), HEDGE_MAX_MS);
    const late = this.#deps.clock.sleep(waitMs, done.signal).then(
      () => "slow" as const,
      // Aborted: the race is over, and nobody looks at this.
      () => "slow" as const,
    );
    const ended = await Promise.race([...running.values(), late]);
    done.abort();
    if (ended === "slow") slow.health.answeredIn(waitMs);
    return ended;
  }

  /** The best endpoint not yet tried whose standing is no worse than `worst`. */
  #pick(
    tried: ReadonlySet<RpcEndpoint>,
    { prefer, without = [] }: UseOptions,
    worst: Standing,
  ): RpcEndpoint | undefined {
    const now = this.#deps.clock.now();
    const highest = this.endpoints.length > 1 ? this.highest : undefined;
    let [picked, least]: [RpcEndpoint | undefined, number] = [undefined, Number.POSITIVE_INFINITY];
    for (const endpoint of this.endpoints) {
      if (tried.has(endpoint) || without.includes(endpoint)) continue;
      const { health } = endpoint;
      const standing = health.standing(now);
      if (RANK[standing] > RANK[worst] || health.firmRestUntilMs > now) continue;
      const loyalty = endpoint === prefer ? 0 : endpoint === this.#current ? LOYALTY : 1;
      const cost =
        standing === "good"
          ? health.costMs(highest) * loyalty
          : RANK[standing] * WORSE_THAN_GOOD + health.goodAtMs - now;
      if (cost < least) [picked, least] = [endpoint, cost];
    }
    if (tried.size === 0 && prefer === undefined && without.length === 0) this.#current = picked;
    return picked;
  }

  /** Where every endpoint that could be asked wants a pause, it gets it. */
  async #whileBusy(): Promise<void> {
    const now = this.#deps.clock.now();
    const usable = this.endpoints.filter((one) => one.health.standing(now) !== "excluded");
    const untilMs = Math.min(...usable.map(({ health }) => health.firmRestUntilMs));
    if (usable.length === 0 || untilMs <= now) return;
    await this.pause(Math.min(untilMs - now, BUSY_WAIT_MAX_MS));
  }

  /** Now and then every endpoint is asked for its head: how fast and how far it is decides who is used. */
  #lookAround(): void {
    const now = this.#deps.clock.now();
    if (this.endpoints.length === 1 || now - this.#lookedAtMs < LOOK_EVERY_MS) return;
    this.#lookedAtMs = now;
    for (const endpoint of this.good())
      void this.attempt(endpoint, async ({ connection }) => {
        const head = await connection.request("eth_getBlockByNumber", ["latest", false]);
        const { number } = (head ?? {}) as { number?: unknown };
        if (typeof number === "string") this.sawHead(endpoint, BigInt(number));
      });
  }

  /**
   * Of several servers, one that was away or erred is asked again what chain it is of before it is believed.
   *
   * @throws {IndexerError} `INDEXER_SOURCE_OTHER_CHAIN`, or what it was refused with
   */
  async admit(endpoint: RpcEndpoint): Promise<void> {
    if (this.endpoints.length === 1 || this.#chain === undefined) return;
    const identity = endpoint.identity ?? (await identifyEndpoint(endpoint));
    const foreign = this.#excludeIfForeign(endpoint, identity);
    if (foreign) throw foreign;
    endpoint.health.readmit();
  }

  #excludeIfForeign(
    endpoint: RpcEndpoint,
    identity: ChainIdentity | undefined,
  ): IndexerError | undefined {
    if (identity === undefined || this.#chain === undefined) return undefined;
    if (isSameChain(identity, this.#chain)) return undefined;
    const error = otherChain(endpoint.where, this.#chain, identity);
    if (endpoint.health.reason !== error.message)
      this.#deps.logger.error({ err: error }, "an RPC endpoint is of another chain; left out");
    endpoint.health.exclude(this.#deps.clock.now(), error.message);
    endpoint.identity = undefined;
    this.#report(endpoint);
    return error;
  }

  async #identityOf(endpoint: RpcEndpoint): Promise<ChainIdentity> {
    try {
      return await identifyEndpoint(endpoint);
    } catch (error) {
      if (!this.#closing.signal.aborted) this.blame(endpoint, error);
      throw error;
    }
  }

  /** In the order of the settings, of those that answer soon enough. */
  async #answersOf(
    asked: readonly Promise<ChainIdentity>[],
    failures: Failure[],
  ): Promise<ChainIdentity[]> {
    const answers: (ChainIdentity | undefined)[] = asked.map(() => undefined);
    const settled = asked.map((one, index) =>
      one.then(
        (answer) => {
          answers[index] = answer;
        },
        (error: unknown) => {
          const endpoint = this.endpoints[index];
          if (endpoint) failures.push({ endpoint, error });
        },
      ),
    );
    const waited = new AbortController();
    const enough = Promise.any(asked).then(
      () => this.#deps.clock.sleep(ELECTION_MS, waited.signal).catch(() => {}),
      () => {},
    );
    await Promise.race([Promise.all(settled), enough.then(() => {})]);
    waited.abort();
    return answers.filter((answer) => answer !== undefined);
  }

  #report({ index, health }: RpcEndpoint): void {
    const now = this.#deps.clock.now();
    const { metrics, chain } = this.#deps;
    metrics?.score.set({ chain, endpoint: index }, health.score(now, this.highest));
  }
}

interface Failure {
  readonly endpoint: RpcEndpoint;
  readonly error: unknown;
}

type Attempt<T> = Failure | { readonly endpoint: RpcEndpoint; readonly result: T };

const RANK: Record<Standing, number> = { good: 0, resting: 1, quarantined: 2, excluded: 3 };
/** More than any endpoint in good standing costs. */
const WORSE_THAN_GOOD = 1e9;

/** What to say when no endpoint could do it: what one alone said, or of each why. */
function allFailed(endpoints: readonly RpcEndpoint[], failures: readonly Failure[]): unknown {
  const [first] = failures;
  if (endpoints.length === 1 && first) return first.error;
  const said = new Map(failures.map(({ endpoint, error }) => [endpoint, reasonOf(error)]));
  const reason = endpoints
    .map((one) => `${one.where}: ${said.get(one) ?? one.health.reason ?? "was not asked"}`)
    .join("; ");
  const answered = failures.findLast(({ error }) => {
    const outcome = outcomeOf(error);
    return outcome !== "unreachable" && outcome !== "busy";
  });
  if (answered && answered.error instanceof IndexerError)
    return new IndexerError(answered.error.fault, `no RPC endpoint could do it: ${reason}`, {
      cause: answered.error,
    });
  const where = endpoints.map((one) => one.where).join(", ");
  return new IndexerError(
    { code: "INDEXER_SOURCE_UNREACHABLE", where, reason },
    `no RPC endpoint can be reached: ${reason}`,
  );
}
