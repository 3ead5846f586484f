import { createSilentLogger, FakeClock } from "@ghostchain/service";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ModelChain,
  type ModelRequest,
  TRANSACTIONS,
  transactionHash,
} from "../test/model-chain.ts";
import { SlowProvider } from "../test/slow-provider.ts";
import { type Answer, AnswerCache, keepingOf } from "./answer-cache.ts";
import { lifetimeOf, newestBlockIn } from "./lifetime.ts";
import { PUBLIC_METHODS } from "./method-table.ts";
import { connectProvider } from "./upstream/provider-upstream.ts";
import { UpstreamPool } from "./upstream-pool.ts";

const SIGNAL = new AbortController().signal;
const POLL_MS = 100;

/** A cache before a node that is as slow as the test wants, and what it may answer at each moment. */
class CacheModel {
  readonly chain = new ModelChain();
  readonly #clock = new FakeClock();
  readonly #provider = new SlowProvider(this.chain);
  readonly #pool: UpstreamPool;
  readonly #cache: AnswerCache;
  readonly #asked: Promise<void>[] = [];
  /** A state of the chain that the cache has seen, and so must never go behind. */
  #seen = 0;
  hits = 0;
  wrong: string[] = [];

  constructor() {
    this.#pool = new UpstreamPool(
      {
        ...{ upstreams: [connectProvider(this.#provider)], clock: this.#clock },
        ...{ logger: createSilentLogger(), onFailure: () => {}, onFinalityBroken: () => {} },
        onChain: () => this.#cache.setChain("model:"),
      },
      {
        ...{ chainId: undefined, pollMs: POLL_MS, staleAfterMs: 1e9, finalityDepth: undefined },
        ...{ concurrency: 100, queue: 100, requestTimeoutMs: 60_000 },
      },
    );
    this.#cache = new AnswerCache(
      {
        ...{ view: this.#pool.view, now: () => this.#clock.now(), shared: undefined },
        send: (call, how, signal) => this.#pool.send(call, how, signal),
        hurry: () => this.#pool.hurry(),
      },
      { lastingBytes: 1e6, headBytes: 1e6 },
    );
  }

  async start(): Promise<void> {
    const started = this.#pool.start(SIGNAL);
    await this.drain();
    await started;
  }

  async stop(): Promise<void> {
    const stopped = this.#pool.stop();
    await this.drain();
    await Promise.all(this.#asked);
    await stopped;
  }

  ask(request: ModelRequest): void {
    const { method, params } = request;
    const rule = PUBLIC_METHODS.get(method);
    if (!rule) throw new Error(method);
    const lifetime = lifetimeOf(rule.lifetime, params);
    const key = JSON.stringify(request);
    const from = lifetime.kind === "never" ? this.chain.version : this.#seenNow();
    const kept = this.#cache.peek(key, lifetime);
    if (kept !== undefined) {
      this.hits += 1;
      this.#check(request, { kind: "result", text: kept }, from);
      return;
    }
    const call = { method, params, lifetime, isWrite: false };
    this.#asked.push(
      this.#cache.ask(key, call, SIGNAL).then((answer) => this.#check(request, answer, from)),
    );
  }

  async compute(index: number): Promise<void> {
    this.#provider.compute(index);
    await settle();
  }

  async deliver(index: number): Promise<void> {
    this.#provider.deliver(index);
    await settle();
  }

  async drain(): Promise<void> {
    await settle();
    while (this.#provider.pending > 0) await this.deliver(0);
  }

  tick(): Promise<void> {
    return this.#clock.advance(POLL_MS);
  }

  /** The earliest state that it can be in with the head that the view has. */
  #seenNow(): number {
    const { head } = this.#pool.view;
    for (let version = this.#seen; head && version <= this.chain.version; version++) {
      const block = this.chain.answer(LATEST, version) as { hash: string };
      if (block.hash !== head.hash) continue;
      this.#seen = version;
      break;
    }
    return this.#seen;
  }

  #check(request: ModelRequest, answer: Answer, from: number): void {
    const versions = Array.from({ length: this.chain.version - from + 1 }, (_, i) => from + i);
    const texts = versions.map((version) => this.#truth(request, version));
    const text = answer.kind === "result" ? answer.text : "error";
    if (!texts.includes(text)) {
      this.wrong.push(`${JSON.stringify(request)} since ${from}: ${text} is none of ${texts}`);
    }
    if (answer.kind === "result") this.#learn(request.method, JSON.parse(text), from);
  }

  /** Who was shown a block must not be shown a chain without it. */
  #learn(method: string, result: unknown, from: number): void {
    const newest = newestBlockIn(method, result) ?? -1;
    if (newest <= (this.#pool.view.head?.number ?? 0)) return;
    for (let version = Math.max(from, this.#seen); version <= this.chain.version; version++) {
      if (Number(this.chain.answer(HEAD_NUMBER, version)) < newest) continue;
      this.#seen = Math.max(this.#seen, version);
      return;
    }
  }

  #truth(request: ModelRequest, version: number): string {
    try {
      return JSON.stringify(this.chain.answer(request, version));
    } catch {
      return "error";
    }
  }
}

const LATEST: ModelRequest = { method: "eth_getBlockByNumber", params: ["latest", false] };
const HEAD_NUMBER: ModelRequest = { method: "eth_blockNumber", params: [] };
const ADDRESS = `0x${"a".repeat(40)}`;

function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}

const height = fc.oneof(
  fc.nat(6).map((n) => `0x${n.toString(16)}`),
  fc.constant("latest"),
);
const known = fc.nat(12);
const transactions = fc.array(fc.nat(TRANSACTIONS - 1), { maxLength: 3 });

type Step = (model: CacheModel) => void | Promise<void>;
const asks = (request: fc.Arbitrary<ModelRequest>) =>
  request.map(
    (one): Step =>
      (model) =>
        model.ask(one),
  );
const hashIn = (model: CacheModel, index: number) => {
  const hashes = model.chain.hashes();
  return hashes[index % hashes.length] ?? "";
};

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: transactions.map(
      (list): Step =>
        (model) =>
          model.chain.mine(list),
    ),
  },
  {
    weight: 2,
    arbitrary: fc
      .record({
        depth: fc.integer({ min: 1, max: 4 }),
        length: fc.integer({ min: 1, max: 4 }),
        transactions,
      })
      .map(
        (how): Step =>
          (model) =>
            model.chain.reorg(how.depth, how.length, how.transactions),
      ),
  },
  {
    weight: 1,
    arbitrary: fc.nat(4).map(
      (behind): Step =>
        (model) =>
          model.chain.finalize(behind),
    ),
  },
  { weight: 3, arbitrary: fc.constant<Step>((model) => model.tick()) },
  {
    weight: 4,
    arbitrary: fc.nat(20).map(
      (index): Step =>
        (model) =>
          model.compute(index),
    ),
  },
  {
    weight: 8,
    arbitrary: fc.nat(20).map(
      (index): Step =>
        (model) =>
          model.deliver(index),
    ),
  },
  { weight: 2, arbitrary: fc.constant<Step>((model) => model.drain()) },
  { weight: 3, arbitrary: asks(fc.constant(HEAD_NUMBER)) },
  {
    weight: 4,
    arbitrary: asks(height.map((at) => ({ method: "eth_getBlockByNumber", params: [at, false] }))),
  },
  {
    weight: 4,
    arbitrary: asks(height.map((at) => ({ method: "eth_getBalance", params: [ADDRESS, at] }))),
  },
  {
    weight: 4,
    arbitrary: asks(
      fc.nat(TRANSACTIONS - 1).map((index) => ({
        ...{ method: "eth_getTransactionReceipt", params: [transactionHash(index)] },
      })),
    ),
  },
  {
    weight: 3,
    arbitrary: asks(
      fc.tuple(height, height).map(([fromBlock, toBlock]) => ({
        ...{ method: "eth_getLogs", params: [{ fromBlock, toBlock }] },
      })),
    ),
  },
  {
    weight: 2,
    arbitrary: known.map(
      (index): Step =>
        (model) => {
          const blockHash = hashIn(model, index);
          model.ask({ method: "eth_getBlockByHash", params: [blockHash, false] });
          model.ask({ method: "eth_getBalance", params: [ADDRESS, { blockHash }] });
          model.ask({ method: "eth_getLogs", params: [{ blockHash }] });
        },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constant<Step>((model) =>
      model.ask({ method: "eth_getTransactionCount", params: [ADDRESS, "pending"] }),
    ),
  },
);

describe("AnswerCache before a chain that reorgs and finalizes", () => {
  it("never gives what was true before a head that it has seen, nor what a reorg changed", async () => {
    let hits = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 50, maxLength: 200, size: "max" }),
        async (steps) => {
          const model = new CacheModel();
          await model.start();
          for (const one of steps) await one(model);
          await model.stop();
          hits += model.hits;
          expect(model.wrong).toEqual([]);
        },
      ),
      { numRuns: 400 },
    );
    // it would be easy to be right with an empty cache
    expect(hits).toBeGreaterThan(1_000);
  });
});

describe("keepingOf", () => {
  const receipt = { blockNumber: "0x5", logs: [] };
  it.each([
    ["nothing", { kind: "content" }, null, 9, "no"],
    ["a receipt that is finalized", { kind: "answer" }, receipt, 5, "lasting"],
    ["a receipt that is not", { kind: "answer" }, receipt, 4, "head"],
    ["a transaction that waits", { kind: "answer" }, { blockNumber: null }, 9, "no"],
    ["no logs of a block by its hash", { kind: "content" }, [], 9, "head"],
    ["no logs of a finalized range", { kind: "numbered", number: 5 }, [], 5, "lasting"],
    ["a block above finality", { kind: "numbered", number: 6 }, {}, 5, "head"],
    ["what is pending", { kind: "never" }, "0x1", 9, "no"],
  ] as const)("%s", (_, lifetime, value, finalized, expected) => {
    expect(keepingOf(lifetime, value, finalized)).toBe(expected);
  });
});
