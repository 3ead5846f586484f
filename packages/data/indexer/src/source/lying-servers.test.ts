import type { Clock } from "@ghostchain/service";
import fc from "fast-check";
import { type Address, getAddress } from "viem";
import { describe, expect, it } from "vitest";
import { toRpcLogs } from "../../test/support/fake-block.ts";
import { FakeChain, type LedgerEvent } from "../../test/support/fake-chain.ts";
import { Random } from "../../test/support/random.ts";
import { LIE_NAMES, type Lie, type Manner, RpcMember } from "../../test/support/rpc-member.ts";
import { OF_LEDGER, sourceOf } from "../../test/support/source-of.ts";
import { ChildRegistry } from "../child-registry.ts";
import { type ChainPoint, type IndexedBlock, type RawLog, ZERO_HASH } from "./block.ts";
import type { ChainSource, SourceSettings } from "./chain-source.ts";
import { HistoryReader } from "./history-reader.ts";
import { LogScope } from "./log-scope.ts";
import { parseLogs } from "./parse-answer.ts";
import { readTail } from "./tail-reader.ts";

const A: Address = getAddress("0x00000000000000000000000000000000000000aa");
const never = new AbortController().signal;
const scope = new LogScope(OF_LEDGER.addresses ?? [], new ChildRegistry([]));

function pointOf({ number, hash }: FakeChain["head"]): ChainPoint {
  return { number, hash };
}

/** Waits as short as the machine allows, on a clock that runs as if they had been kept. */
function hastyClock(): Clock {
  let aheadMs = 0;
  return {
    now: () => Date.now() + aheadMs,
    async sleep(durationMs, signal) {
      signal?.throwIfAborted();
      await new Promise((resolve) => setTimeout(resolve, Math.min(durationMs, 2)));
      signal?.throwIfAborted();
      aheadMs += durationMs;
    },
  };
}

function chainOf(seed: number, blocks: number): FakeChain {
  const random = new Random(seed);
  const chain = new FakeChain({ seed });
  const event = (): LedgerEvent => {
    return { kind: "moved", from: A, to: A, amount: BigInt(random.below(1_000)) };
  };
  for (let i = 0; i < blocks; i++) chain.mine(Array.from({ length: random.below(4) }, event));
  return chain;
}

function logsOf(chain: FakeChain): RawLog[] {
  return chain.blocks.flatMap((block) => parseLogs("eth_getLogs", toRpcLogs(block, {})));
}

/** Reads the chain from its first block to its head as the indexer does, and tries again when it fails. */
async function follow(source: ChainSource, chain: FakeChain, clock: Clock): Promise<RawLog[]> {
  await until(clock, () => source.identify());
  let point: ChainPoint = { number: -1n, hash: ZERO_HASH };
  const blocks: IndexedBlock[] = [];
  await until(clock, async () => {
    while (point.hash !== chain.head.hash) {
      const head = await source.head();
      if (head.number <= point.number) throw new Error("the head is old");
      const next = await readTail(source, scope, point, head);
      if (next.length === 0 && !(await source.has(point))) throw new Unbelievable(point);
      blocks.push(...next);
      point = next.at(-1) ?? point;
    }
  });
  return blocks.flatMap(({ logs }) => logs);
}

/** The same by ranges. */
async function readHistory(source: ChainSource, chain: FakeChain, clock: Clock): Promise<RawLog[]> {
  await until(clock, () => source.identify());
  return until(clock, async () => {
    const logs: RawLog[] = [];
    const { number } = chain.head;
    for await (const { blocks } of new HistoryReader(source, scope).read(0n, number, never))
      for (const block of blocks) logs.push(...block.logs);
    return logs;
  });
}

class Unbelievable extends Error {
  constructor({ number }: ChainPoint) {
    super(`believed that block ${number} is gone`);
  }
}

async function until<T>(clock: Clock, attempt: () => Promise<T>): Promise<T> {
  for (let failures = 0; ; failures++) {
    try {
      return await attempt();
    } catch (error) {
      if (failures === 60 || error instanceof Unbelievable) throw error;
      await clock.sleep(Math.min(100 * 2 ** failures, 2_000));
    }
  }
}

/** `manners` of the servers in the order of the settings, among them an honest one. */
function clusterOf(chain: FakeChain, manners: readonly Partial<Manner>[], seed = 1) {
  const random = new Random(seed);
  return manners.map((manner) => new RpcMember(chain, manner, () => random.next()));
}

function open(members: readonly RpcMember[], settings: SourceSettings = {}) {
  const clock = hastyClock();
  const source = sourceOf(members, { ...settings, clock, rpcLimits: { timeoutMs: 40 } });
  return { source, clock };
}

describe("ChainSource among servers that lie", () => {
  it.each(LIE_NAMES)("delivers the honest chain beside one that tells %s", async (lie) => {
    const chain = chainOf(7, 40);
    const members = clusterOf(chain, [{ lie }, {}]);
    const { source, clock } = open(members);
    expect(await follow(source, chain, clock)).toEqual(logsOf(chain));
    expect(members[0]?.asked).toBeGreaterThan(0);
  });

  it.each(LIE_NAMES)("finds out one that tells %s of ranges", async (lie) => {
    const chain = chainOf(8, 60);
    const { source, clock } = open(clusterOf(chain, [{ lie }, {}]), { verifyLogs: "agreement" });
    expect(await readHistory(source, chain, clock)).toEqual(logsOf(chain));
  });
});

describe("ChainSource among servers that leave out all logs", () => {
  const liars: Partial<Manner>[] = [1, 2, 3].map(() => ({ lie: "no logs at all" }));
  it.each([
    { what: "block by block", read: follow, errs: 0.1 },
    { what: "by ranges", read: readHistory, errs: 0.02 },
  ])(
    "delivers the honest chain though they are more, and the honest one errs, $what",
    async (how) => {
      for (let seed = 1; seed <= 5; seed++) {
        const chain = chainOf(seed, 40);
        const { source, clock } = open(clusterOf(chain, [...liars, { errs: how.errs }], seed));
        expect(await how.read(source, chain, clock)).toEqual(logsOf(chain));
      }
    },
  );
});

describe("ChainSource among servers that lag", () => {
  it("does not take a block for gone because the only server left does not have it yet", async () => {
    const chain = chainOf(9, 20);
    const [laggard, other] = clusterOf(chain, [{ lag: 5 }, {}]);
    if (!laggard || !other) throw new Error("there are two");
    const { source } = open([laggard, other]);
    await source.identify();
    expect(await source.has(pointOf(chain.head))).toBe(true);
    other.manner.errs = 1;
    await expect(source.has(pointOf(chain.head))).rejects.toMatchObject({
      code: "INDEXER_SOURCE_BEHIND",
    });
    other.manner = { ...other.manner, errs: 0, lag: 5 };
    expect(await source.has(pointOf(chain.head))).toBe(false);
  });

  it("believes no empty answer of a server alone that does not have the block", async () => {
    const chain = chainOf(10, 5);
    chain.mine([{ kind: "moved", from: A, to: A, amount: 1n }]);
    const { source } = open(clusterOf(chain, [{ lag: 2, emptyWhenUnknown: true }]));
    const header = await sourceOf([chain]).head();
    await expect(source.block({ ...header, from: undefined }, [OF_LEDGER])).rejects.toMatchObject({
      code: "INDEXER_SOURCE_BEHIND",
    });
  });

  it("goes with most servers where they are on two branches, and keeps to what it has in doubt", async () => {
    const [ours, theirs] = [chainOf(12, 20), chainOf(12, 20)];
    theirs.reorg(3, [], [], []);
    const point = pointOf(ours.head);
    const has = async (...chains: FakeChain[]) => {
      const { source } = open(chains.map((chain) => new RpcMember(chain)));
      await source.identify();
      return source.has(point);
    };
    expect(await has(theirs, ours, ours)).toBe(true);
    expect(await has(theirs, ours, theirs)).toBe(false);
    expect(await has(theirs, ours)).toBe(true);
  });
});

describe("ChainSource in any cluster", () => {
  const manner: fc.Arbitrary<Partial<Manner>> = fc.oneof(
    fc.record({ lie: fc.constantFrom<Lie>(...LIE_NAMES) }),
    fc.record({ lag: fc.integer({ min: 1, max: 30 }), emptyWhenUnknown: fc.boolean() }),
    fc.record({ errs: fc.constantFrom(0.1, 1) }),
    fc.record({ hangs: fc.constantFrom(0.05, 1) }),
    fc.record({ chainId: fc.constantFrom("0x1", "0x7a6a") }),
  );
  const cluster = fc.record({
    others: fc.array(manner, { minLength: 1, maxLength: 4 }),
    place: fc.nat(4),
    seed: fc.nat(1_000_000),
  });

  it.each([
    { what: "block by block", settings: {}, read: follow },
    { what: "by ranges", settings: { verifyLogs: "agreement" as const }, read: readHistory },
    { what: "by receipts", settings: { verifyLogs: "receipts" as const }, read: follow },
  ])(
    "delivers the honest chain from any cluster with one honest server in it, $what",
    async (how) => {
      await fc.assert(
        fc.asyncProperty(cluster, async ({ others, place, seed }) => {
          const chain = chainOf(seed, 40);
          const manners: Partial<Manner>[] = [...others];
          manners.splice(Math.min(place, others.length), 0, {});
          const { source, clock } = open(clusterOf(chain, manners, seed), how.settings);
          expect(await how.read(source, chain, clock)).toEqual(logsOf(chain));
        }),
        { numRuns: Number(process.env.CLUSTER_RUNS ?? 30) },
      );
    },
    300_000,
  );
});
