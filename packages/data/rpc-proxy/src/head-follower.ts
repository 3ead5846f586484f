import type { Clock, Logger } from "@ghostchain/service";
import type { BlockId, ChainView } from "./chain-view.ts";
import { isHash, quantityOf } from "./read-params.ts";
import { RpcProxyError } from "./rpc-proxy-error.ts";
import { withinTime } from "./time-limit.ts";
import { broken } from "./upstream/read-answer.ts";
import type { Upstream } from "./upstream/upstream.ts";
import type { UpstreamHealth } from "./upstream/upstream-health.ts";

/** Which chain an upstream is of. */
export interface ChainIdentity {
  readonly chainId: number;
  readonly genesis: string;
}

export interface HeadFollowerDeps {
  readonly index: number;
  readonly upstream: Upstream;
  readonly health: UpstreamHealth;
  readonly view: ChainView;
  readonly clock: Clock;
  readonly logger: Logger;
  /** @returns why this is not the chain that we follow; undefined when it is */
  readonly onIdentity: (identity: ChainIdentity) => string | undefined;
  /** What was finalized no longer is. */
  readonly onFinalityBroken: () => void;
}

export interface HeadFollowerSettings {
  readonly pollMs: number;
  /** Where the upstream knows no `finalized`: how many blocks below the head count as such; undefined for none. */
  readonly finalityDepth: number | undefined;
}

const POLL_TIMEOUT_MS = 5_000;
/** However urgent, the head is not asked for more often. */
const POLL_GAP_MS = 25;
/** Until an upstream that knew no `finalized` is asked again. */
const NO_FINALITY_MS = 30_000;

/** Keeps the view's mark of one upstream: by polling, and by new heads where they are pushed. */
export class HeadFollower {
  readonly #deps: HeadFollowerDeps;
  readonly #settings: HeadFollowerSettings;
  #isIdentified = false;
  #isPushed = false;
  #pushes = 0;
  #unsubscribe: (() => void) | undefined;
  #hasFinalityAtMs = 0;
  #wake: (() => void) | undefined;
  /** Somebody asked for the head since the last poll began. */
  #isHurried = false;

  constructor(deps: HeadFollowerDeps, settings: HeadFollowerSettings) {
    this.#deps = deps;
    this.#settings = settings;
  }

  /** Until the signal says so. */
  async follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.poll(signal);
      await this.#rest(signal);
    }
    this.#unsubscribe?.();
  }

  /** Asks for the head as soon as may be. */
  hurry(): void {
    this.#isHurried = true;
    this.#wake?.();
  }

  /** One look at the upstream; whatever goes wrong is noted in its health. */
  async poll(signal: AbortSignal): Promise<void> {
    const { health, clock } = this.#deps;
    // a success would mean that it can be asked again
    if (clock.now() < health.resumeAtMs) return;
    this.#isHurried = false;
    try {
      await withinTime(POLL_TIMEOUT_MS, signal, (limited) => this.#look(limited));
      health.succeed();
    } catch (error) {
      if (signal.aborted) return;
      const fault = error instanceof RpcProxyError ? error.fault : undefined;
      const isKnown = fault?.code === "RPC_PROXY_UPSTREAM_FAILED";
      const pauseMs = isKnown ? fault.pauseMs : undefined;
      const reason = isKnown ? fault.reason : String(error);
      health.fail(reason, pauseMs === undefined ? undefined : clock.now() + pauseMs);
      // whatever answers next may be another chain: a development node comes back with a new one
      this.#isIdentified = false;
      this.#deps.logger.debug({ err: error }, "an upstream did not tell its head");
    }
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { view, index, clock } = this.#deps;
    const { suspicions } = view;
    const pushes = this.#pushes;
    if (!this.#isIdentified && !(await this.#identify(signal))) return;
    await this.#subscribe(signal);
    const [head, finalized] = await Promise.all([
      this.#block("latest", signal),
      this.#finalized(signal),
    ]);
    if (head === undefined) throw broken(this.#deps.upstream.where, "it has no latest block");
    // a head that was pushed meanwhile is newer
    if (pushes === this.#pushes) view.setHead(index, head, clock.now());
    view.confirm(index, suspicions);
    await this.#advanceFinality(finalized ?? (await this.#finalizedByDepth(head, signal)), signal);
  }

  async #identify(signal: AbortSignal): Promise<boolean> {
    const { upstream, health, onIdentity } = this.#deps;
    const answer = await upstream.request("eth_chainId", [], signal);
    const chainId = answer.kind === "result" ? quantityOf(answer.value) : undefined;
    const genesis = await this.#block("0x0", signal);
    if (chainId === undefined || genesis === undefined) {
      throw broken(upstream.where, "it does not say which chain it is of");
    }
    const problem = onIdentity({ chainId, genesis: genesis.hash });
    health.setOurs(problem === undefined, problem);
    this.#isIdentified = problem === undefined;
    return this.#isIdentified;
  }

  async #subscribe(signal: AbortSignal): Promise<void> {
    const { upstream, logger } = this.#deps;
    if (this.#isPushed || upstream.subscribeHeads === undefined) return;
    try {
      const onLost = () => {
        this.#isPushed = false;
        this.#isIdentified = false;
      };
      this.#isPushed = true;
      const unsubscribe = await upstream.subscribeHeads((head) => this.#push(head), onLost, signal);
      this.#unsubscribe = unsubscribe;
      if (signal.aborted) unsubscribe();
    } catch (error) {
      this.#isPushed = false;
      logger.debug({ err: error }, "new heads are not pushed");
    }
  }

  #push(header: unknown): void {
    const { view, index, clock } = this.#deps;
    const head = readBlockId(header);
    if (head === undefined || !this.#isIdentified) return;
    this.#pushes += 1;
    view.setHead(index, head, clock.now());
  }

  async #finalized(signal: AbortSignal): Promise<BlockId | undefined> {
    const nowMs = this.#deps.clock.now();
    if (nowMs < this.#hasFinalityAtMs) return undefined;
    const finalized = await this.#block("finalized", signal);
    if (finalized === undefined) this.#hasFinalityAtMs = nowMs + NO_FINALITY_MS;
    return finalized;
  }

  async #finalizedByDepth(head: BlockId, signal: AbortSignal): Promise<BlockId | undefined> {
    const { finalityDepth } = this.#settings;
    if (finalityDepth === undefined || head.number < finalityDepth) return undefined;
    return await this.#block(`0x${(head.number - finalityDepth).toString(16)}`, signal);
  }

  /** Finality never goes back, and a block that was final is still there: else this is another chain. */
  async #advanceFinality(finalized: BlockId | undefined, signal: AbortSignal): Promise<void> {
    const { view, index, onFinalityBroken } = this.#deps;
    const before = view.finalizedOf(index);
    if (finalized === undefined || finalized.hash === before?.hash) return;
    if (before !== undefined && finalized.number < before.number) {
      // behind a balancer one node may be behind another; or the chain began anew
      this.#isIdentified = false;
      return;
    }
    if (before !== undefined) {
      const same =
        finalized.number === before.number
          ? finalized
          : await this.#block(`0x${before.number.toString(16)}`, signal);
      if (same !== undefined && same.hash !== before.hash) {
        this.#isIdentified = false;
        onFinalityBroken();
        return;
      }
    }
    view.setFinalized(index, finalized);
  }

  async #block(name: string, signal: AbortSignal): Promise<BlockId | undefined> {
    const params = [name, false];
    const answer = await this.#deps.upstream.request("eth_getBlockByNumber", params, signal);
    return answer.kind === "result" ? readBlockId(answer.value) : undefined;
  }

  /** Until the next poll is due, or somebody hurries. */
  async #rest(signal: AbortSignal): Promise<void> {
    const { clock, health } = this.#deps;
    const pauseMs = Math.max(0, health.resumeAtMs - clock.now());
    const waking = new AbortController();
    const wake = () => waking.abort();
    signal.addEventListener("abort", wake, { once: true });
    if (signal.aborted) wake();
    try {
      await clock.sleep(Math.max(POLL_GAP_MS, pauseMs), waking.signal);
      if (this.#isHurried) return;
      this.#wake = wake;
      await clock.sleep(Math.max(0, this.#settings.pollMs - POLL_GAP_MS - pauseMs), waking.signal);
    } catch {
      // woken, or at the end: the loop sees which
    } finally {
      this.#wake = undefined;
      signal.removeEventListener("abort", wake);
    }
  }
}

function readBlockId(header: unknown): BlockId | undefined {
  if (typeof header !== "object" || header === null) return undefined;
  if (!("number" in header) || !("hash" in header) || !isHash(header.hash)) return undefined;
  const number = quantityOf(header.number);
  return number === undefined ? undefined : { number, hash: header.hash };
}
