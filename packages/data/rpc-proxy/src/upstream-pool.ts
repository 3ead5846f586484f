import type { Clock, Logger } from "@ghostchain/service";
import { ChainView } from "./chain-view.ts";
import { type ChainIdentity, HeadFollower } from "./head-follower.ts";
import { RequestGate, tooBusy } from "./request-gate.ts";
import { RpcProxyError } from "./rpc-proxy-error.ts";
import { withinTime } from "./time-limit.ts";
import type { Upstream, UpstreamAnswer } from "./upstream/upstream.ts";
import { UpstreamHealth } from "./upstream/upstream-health.ts";

export interface UpstreamPoolDeps {
  readonly upstreams: readonly Upstream[];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onFailure: () => void;
  /** The chain is known, or is another than it was: what was kept of it is not true any more. */
  readonly onChain: (identity: ChainIdentity) => void;
  readonly onFinalityBroken: () => void;
}

export interface UpstreamPoolSettings {
  readonly chainId: number | undefined;
  readonly pollMs: number;
  readonly staleAfterMs: number;
  readonly finalityDepth: number | undefined;
  readonly concurrency: number;
  readonly queue: number;
  readonly requestTimeoutMs: number;
}

export interface UpstreamCall {
  readonly method: string;
  readonly params: readonly unknown[];
}

export interface SendOptions {
  /** A block that whoever answers must hold for final; else it must have our head. */
  readonly finalized?: number | undefined;
  /** Whether asking twice does no harm. */
  readonly mayRepeat: boolean;
}

export interface Sent {
  readonly answer: UpstreamAnswer;
  /** What whoever answered held for final when it was asked; -1 for nothing. */
  readonly finalized: number;
}

interface Member {
  readonly index: number;
  readonly upstream: Upstream;
  readonly health: UpstreamHealth;
  readonly follower: HeadFollower;
}

const ATTEMPTS_MAX = 3;

/** One or several nodes of one chain: asks those that are up to date, in turn. */
export class UpstreamPool {
  readonly #deps: UpstreamPoolDeps;
  readonly #settings: UpstreamPoolSettings;
  readonly #members: readonly Member[];
  readonly view: ChainView;
  readonly gate: RequestGate;
  #identity: ChainIdentity | undefined;
  #turn = 0;
  readonly #ending = new AbortController();
  #following: Promise<unknown> = Promise.resolve();

  constructor(deps: UpstreamPoolDeps, settings: UpstreamPoolSettings) {
    this.#deps = deps;
    this.#settings = settings;
    this.view = new ChainView(deps.upstreams.length, settings.staleAfterMs);
    this.gate = new RequestGate(settings.concurrency, settings.queue);
    this.#members = deps.upstreams.map((upstream, index) => this.#join(upstream, index));
  }

  /** Looks at every upstream once and goes on following them; also those that do not answer yet. */
  async start(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#members.map(({ follower }) => follower.poll(signal)));
    signal.throwIfAborted();
    const { signal: ending } = this.#ending;
    this.#following = Promise.all(this.#members.map(({ follower }) => follower.follow(ending)));
  }

  async stop(): Promise<void> {
    this.#ending.abort(new Error("the proxy stops"));
    await this.#following;
    for (const { upstream } of this.#members) upstream.close();
  }

  /** Why no upstream can be asked; undefined when one can. */
  problem(): string | undefined {
    if (this.view.head !== undefined) return undefined;
    return this.#members
      .map(({ upstream, health }) => `${upstream.where}: ${health.lastReason || "no head yet"}`)
      .join("; ");
  }

  hurry(): void {
    for (const { follower } of this.#members) follower.hurry();
  }

  /**
   * @throws {RpcProxyError} `RPC_PROXY_UPSTREAM_UNREACHABLE`, `RPC_PROXY_LIMIT_EXCEEDED`; the signal's reason
   */
  async send(call: UpstreamCall, options: SendOptions, signal: AbortSignal): Promise<Sent> {
    const tried = new Set<Member>();
    let reason = "no upstream can be reached";
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
      const member = this.#choose(options.finalized, tried);
      if (member === undefined) break;
      tried.add(member);
      const finalized = this.view.finalizedOf(member.index)?.number ?? -1;
      try {
        const answer = await this.#ask(member, call, signal);
        member.health.succeed();
        return { answer, finalized };
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        const failure = this.#note(member, error);
        reason = failure.isTimeout ? "no answer in time" : "an upstream failed";
        if (failure.wasSent && !options.mayRepeat) break;
        // asking the one that is slow once more would only take as long again
        if (failure.isTimeout && this.#members.length === 1) break;
      }
    }
    throw new RpcProxyError({ code: "RPC_PROXY_UPSTREAM_UNREACHABLE", reason });
  }

  #join(upstream: Upstream, index: number): Member {
    const logger = this.#deps.logger.child({ upstream: index, where: upstream.where });
    const health = new UpstreamHealth((isUsable) => {
      this.view.setUsable(index, isUsable);
      if (isUsable) logger.info("an upstream answers again");
      else logger.warn({ reason: health.lastReason }, "an upstream is left alone");
    });
    const follower = new HeadFollower(
      {
        ...{ index, upstream, health, view: this.view, clock: this.#deps.clock, logger },
        onIdentity: (identity) => this.#identify(identity),
        onFinalityBroken: () => {
          logger.error("a finalized block was replaced: everything kept of this chain is dropped");
          this.view.breakFinality();
          this.#deps.onFinalityBroken();
        },
      },
      this.#settings,
    );
    return { index, upstream, health, follower };
  }

  /** A single upstream may become another chain, as a wiped one does; of several, the first to answer decides. */
  #identify(identity: ChainIdentity): string | undefined {
    const { chainId } = this.#settings;
    if (chainId !== undefined && identity.chainId !== chainId) {
      return `it is of chain ${identity.chainId}, not ${chainId}`;
    }
    const known = this.#identity;
    if (known?.chainId === identity.chainId && known.genesis === identity.genesis) return undefined;
    if (known !== undefined && this.#members.length > 1) return "it is of another chain";
    this.#identity = identity;
    if (known !== undefined) this.view.breakFinality();
    this.#deps.onChain(identity);
    return undefined;
  }

  /** In turn: those not tried yet, then once more one that was. */
  #choose(finalized: number | undefined, tried: ReadonlySet<Member>): Member | undefined {
    const able = this.#members.filter((member) => this.#isAble(member, finalized));
    const candidates = able.length > 0 ? able : this.#usable();
    const fresh = candidates.filter((member) => !tried.has(member));
    const from = fresh.length > 0 ? fresh : candidates;
    this.#turn += 1;
    return from[this.#turn % from.length];
  }

  #isAble({ index, health }: Member, finalized: number | undefined): boolean {
    if (!health.isUsable) return false;
    if (this.view.isInStep(index)) return true;
    return finalized !== undefined && (this.view.finalizedOf(index)?.number ?? -1) >= finalized;
  }

  #usable(): readonly Member[] {
    return this.#members.filter(({ health }) => health.isUsable);
  }

  /** Waiting for a place counts as well: nobody waits longer than for an answer. */
  async #ask(member: Member, call: UpstreamCall, signal: AbortSignal): Promise<UpstreamAnswer> {
    const { upstream, health } = member;
    let isInside = false;
    const ask = (limited: AbortSignal) =>
      this.gate.pass(async () => {
        isInside = true;
        if (!health.isUsable) throw leftAlone(upstream.where);
        return await upstream.request(call.method, call.params, limited);
      }, limited);
    try {
      return await withinTime(this.#settings.requestTimeoutMs, signal, ask);
    } catch (error) {
      // the upstream has nothing to do with it
      if (!isInside && !signal.aborted && isTimeout(error)) throw tooBusy();
      throw error;
    }
  }

  /** @throws the error itself where it is none of the upstream's failures */
  #note({ health, upstream }: Member, error: unknown): { wasSent: boolean; isTimeout: boolean } {
    const { logger, clock, onFailure } = this.#deps;
    const isLate = isTimeout(error);
    const fault = error instanceof RpcProxyError ? error.fault : undefined;
    if (!isLate && fault?.code !== "RPC_PROXY_UPSTREAM_FAILED") throw error;
    onFailure();
    logger.debug({ err: error, where: upstream.where }, "an upstream failed a request");
    if (fault?.code !== "RPC_PROXY_UPSTREAM_FAILED") {
      health.fail("no answer in time");
      return { wasSent: true, isTimeout: isLate };
    }
    const { pauseMs, reason, wasSent } = fault;
    health.fail(reason, pauseMs === undefined ? undefined : clock.now() + pauseMs);
    return { wasSent, isTimeout: false };
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === "TimeoutError";
}

/** It turned out to be down while the request waited for a place. */
function leftAlone(where: string): RpcProxyError {
  const reason = "it has just failed others";
  return new RpcProxyError({ code: "RPC_PROXY_UPSTREAM_FAILED", where, reason, wasSent: false });
}
