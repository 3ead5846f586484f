import type { AnswerStore } from "./answer-store.ts";
import type { ChainView } from "./chain-view.ts";
import { type Lifetime, newestBlockIn } from "./lifetime.ts";
import { MemoryStore } from "./memory-store.ts";
import type { JsonRpcError } from "./rpc-proxy-error.ts";
import { SingleFlight } from "./single-flight.ts";
import type { SendOptions, Sent, UpstreamCall } from "./upstream-pool.ts";

/** An answer as text, ready to be given the id of whoever asked. */
export type Answer =
  | { readonly kind: "result"; readonly text: string }
  | { readonly kind: "error"; readonly error: JsonRpcError };

export interface AnswerCacheDeps {
  readonly view: ChainView;
  readonly now: () => number;
  readonly send: (call: UpstreamCall, options: SendOptions, signal: AbortSignal) => Promise<Sent>;
  /** Asks for the head: an answer showed a newer one. */
  readonly hurry: () => void;
  /** What several processes share; without one each keeps its own. */
  readonly shared: AnswerStore | undefined;
}

export interface AnswerCacheSettings {
  /** For answers that hold for ever. */
  readonly lastingBytes: number;
  /** For answers that hold for one block. */
  readonly headBytes: number;
}

/** A call, and how long its answer holds. */
export interface CachedCall extends UpstreamCall {
  readonly lifetime: Lifetime;
  readonly isWrite: boolean;
}

/**
 * Answers that hold for ever or for one block. An answer is kept under the generation of the view in which it was
 * asked for, and only while that lasts: what the chain said before a new head was seen is never given after it.
 * Nothing that is not there, and no error, is ever kept.
 */
export class AnswerCache {
  readonly #deps: AnswerCacheDeps;
  readonly #lasting: MemoryStore;
  readonly #ofHead: MemoryStore;
  readonly #flights = new SingleFlight<Answer>();
  #generation = -1;
  #epoch = -1;
  /** Of the chain, so that a store which outlives it is not asked for another's answers. */
  #chain = "";
  /** Transactions that were sent: what was asked before one may be answered without it. */
  #writes = 0;

  constructor(deps: AnswerCacheDeps, settings: AnswerCacheSettings) {
    this.#deps = deps;
    this.#lasting = new MemoryStore(settings.lastingBytes);
    this.#ofHead = new MemoryStore(settings.headBytes);
  }

  get bytes(): number {
    return this.#lasting.bytes + this.#ofHead.bytes;
  }

  /** What is kept from now on is of this chain. */
  setChain(name: string): void {
    this.#chain = name;
    this.#lasting.drop();
  }

  /** What is at hand, at once. */
  peek(key: string, { kind }: Lifetime): string | undefined {
    this.#forgetThePast();
    if (kind === "never") return undefined;
    if (kind !== "head") {
      const lasting = this.#lasting.read(key);
      if (lasting !== undefined) return lasting;
    }
    return this.#deps.view.isCurrent(this.#deps.now()) ? this.#ofHead.read(key) : undefined;
  }

  /** What is asked for just now by another, who will share the answer. */
  isAsked(key: string, lifetime: Lifetime): boolean {
    return lifetime.kind !== "never" && this.#flights.has(this.#flightOf(key));
  }

  /** @throws {RpcProxyError} whatever `send` throws */
  async ask(key: string, call: CachedCall, signal: AbortSignal): Promise<Answer> {
    if (call.lifetime.kind === "never") return await this.#send(call, signal);
    const flight = this.#flightOf(key);
    return await this.#flights.run(flight, (ending) => this.#fetch(key, call, ending), signal);
  }

  async #send(call: CachedCall, signal: AbortSignal): Promise<Answer> {
    try {
      const mayRepeat = !call.isWrite;
      const { answer } = await this.#deps.send(call, { mayRepeat }, signal);
      if (answer.kind === "error") return answer;
      this.#observe(call.method, answer.value);
      return { kind: "result", text: answer.text };
    } finally {
      if (call.isWrite) this.#writes += 1;
    }
  }

  async #fetch(key: string, call: CachedCall, signal: AbortSignal): Promise<Answer> {
    const { view, send, shared } = this.#deps;
    const { generation, epoch } = view;
    const { lifetime } = call;
    const isLasting = lifetime.kind !== "head";
    const known = isLasting ? await shared?.get(this.#chain + key) : undefined;
    if (known !== undefined && epoch === view.epoch) {
      this.#lasting.write(key, known);
      return { kind: "result", text: known };
    }
    const finalized = lifetime.kind === "numbered" ? lifetime.number : undefined;
    const sent = await send(call, { finalized, mayRepeat: true }, signal);
    if (sent.answer.kind === "error") return sent.answer;
    const { text, value } = sent.answer;
    this.#observe(call.method, value);
    const keeps = keepingOf(lifetime, value, sent.finalized);
    if (keeps === "lasting" && epoch === view.epoch) {
      this.#lasting.write(key, text);
      // nobody waits for it: a slow store makes no answer late
      void shared?.set(this.#chain + key, text);
    } else if (keeps !== "no") this.#keepForHead(key, text, generation);
    return { kind: "result", text };
  }

  #keepForHead(key: string, text: string, generation: number): void {
    const { view, now } = this.#deps;
    this.#forgetThePast();
    if (generation === view.generation && view.isCurrent(now())) this.#ofHead.write(key, text);
  }

  #observe(method: string, value: unknown): void {
    const newest = newestBlockIn(method, value);
    if (newest !== undefined && this.#deps.view.observe(newest)) this.#deps.hurry();
  }

  #flightOf(key: string): string {
    return `${this.#deps.view.generation}.${this.#writes}:${key}`;
  }

  #forgetThePast(): void {
    const { generation, epoch } = this.#deps.view;
    if (generation !== this.#generation) this.#ofHead.drop();
    if (epoch !== this.#epoch) this.#lasting.drop();
    this.#generation = generation;
    this.#epoch = epoch;
  }
}

/** How long an answer is kept, now that it is there; `finalized` is what whoever gave it held for final before. */
export function keepingOf(
  lifetime: Lifetime,
  value: unknown,
  finalized: number,
): "lasting" | "head" | "no" {
  if (value === null || value === undefined) return "no";
  switch (lifetime.kind) {
    case "never":
      return "no";
    case "head":
      return "head";
    case "fixed":
      return "lasting";
    case "content":
      // a node that does not know the block may say that it has nothing
      return Array.isArray(value) && value.length === 0 ? "head" : "lasting";
    case "numbered":
      return lifetime.number <= finalized ? "lasting" : "head";
    case "answer": {
      const number = newestBlockIn("", value);
      if (number === undefined) return "no";
      return number <= finalized ? "lasting" : "head";
    }
  }
}
