import type { Faults } from "./data/faults.ts";
import type { Random } from "./world/random.ts";

/** What one run is like: drawn once, so that some runs are bad in one way and calm in all others. */
export interface Profile {
  readonly steps: number;
  readonly stepMs: number;
  readonly indexers: number;
  readonly gateways: number;
  readonly clients: number;
  readonly servers: number;
  /** The servers are asked one by one, and not through a balancer that hides which of them answers. */
  readonly isDirect: boolean;
  readonly pushes: boolean;
  /** Logs come with the time of their block, so that nobody has to ask for it. */
  readonly hasTimedLogs: boolean;
  readonly pollMs: number;
  readonly horizonBlocks: number;
  readonly replayRows: number;
  readonly outboundBytes: number;
  readonly firstBlocks: number;
  /** How likely each kind of step is; the weights of a run differ from those of another. */
  readonly weights: Readonly<Record<StepKind, number>>;
}

export type StepKind =
  | "mine"
  | "burst"
  | "reorg"
  | "deep reorg"
  | "wipe"
  | "kill indexer"
  | "stop indexer"
  | "kill gateway"
  | "stop gateway"
  | "lose lease"
  | "freeze"
  | "cut"
  | "half cut"
  | "restart client"
  | "lose bus"
  | "forget subscriptions"
  | "outage"
  | "release"
  | "weather";

export function drawProfile(random: Random): Profile {
  // Some runs are about history: an indexer that is away while the chain goes on.
  const away = random.chance(0.3) ? 2 : 1;
  const sometimes = (weight: number) => (random.chance(0.6) ? weight * random.next() * 2 : 0);
  return {
    steps: random.between(20, 60),
    stepMs: random.between(10, 300),
    indexers: random.chance(0.35) ? 2 : 1,
    gateways: random.between(1, 4),
    clients: random.between(2, 7),
    servers: random.between(1, 4),
    isDirect: random.chance(0.5),
    pushes: random.chance(0.6),
    hasTimedLogs: random.chance(0.5),
    pollMs: random.between(20, 300),
    horizonBlocks: random.between(4, 12),
    replayRows: random.between(6, 60),
    outboundBytes: random.chance(0.2) ? 120_000 : 1024 * 1024,
    firstBlocks: random.chance(0.5) ? random.below(30) : random.below(4),
    weights: {
      mine: 10,
      burst: sometimes(0.5 * away),
      reorg: sometimes(3),
      "deep reorg": sometimes(0.8 * away),
      wipe: random.chance(0.08) ? 0.6 : 0,
      "kill indexer": sometimes(away),
      "stop indexer": sometimes(0.5),
      "kill gateway": sometimes(0.6),
      "stop gateway": sometimes(0.4),
      "lose lease": sometimes(1),
      freeze: sometimes(0.8),
      cut: sometimes(1.5),
      "half cut": sometimes(0.5),
      "restart client": sometimes(0.6),
      "lose bus": sometimes(0.8),
      "forget subscriptions": sometimes(0.4),
      outage: sometimes(0.4),
      release: random.chance(0.15) ? 0.4 : 0,
      weather: 0.7,
    },
  };
}

/** Draws how bad things are from now on: each kind of fault on some days only. */
export function drawWeather(random: Random, faults: Faults, horizonBlocks: number): void {
  const rate = (highest: number) => (random.chance(0.5) ? random.next() * highest : 0);
  Object.assign(faults.rpc, {
    error: rate(0.05),
    timeout: random.chance(0.2) ? 0.005 : 0,
    otherServer: rate(0.3),
    garbled: rate(0.04),
    latencyMs: random.chance(0.3) ? random.below(200) : 6,
    emptyIfUnknown: random.chance(0.3),
    push: rate(0.4),
    lagMs: random.chance(0.4) ? random.below(60 * horizonBlocks) : random.below(20),
    rangeBlocks: random.chance(0.5) ? random.between(1, 12) : 1_000_000,
  });
  Object.assign(faults.database, {
    broken: rate(0.01),
    refused: rate(0.01),
    lostCommit: rate(0.06),
    latencyMs: random.chance(0.25) ? random.below(50) : 2,
  });
  Object.assign(faults.bus, { loss: rate(0.3), double: rate(0.2) });
  Object.assign(faults.network, {
    cut: rate(0.004),
    latencyMs: random.chance(0.3) ? random.below(200) : random.below(10),
    refused: rate(0.2),
  });
  faults.login.unavailable = rate(0.1);
}
