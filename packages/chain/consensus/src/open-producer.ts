import { keccak256 } from "@ghostchain/crypto";
import { hexToBytes } from "@ghostchain/encoding";
import { type Address, hashOfBytes } from "@ghostchain/evm";
import type { ChainSpec, Header, TimestampRule } from "@ghostchain/protocol";
import { nextTimestamp } from "./block-timestamp.ts";
import type { BlockAttributes, Producer, ProductionView } from "./producer.ts";

/** The producer that a chain spec names. */
export function createProducer(spec: Pick<ChainSpec, "production" | "timestamps">): Producer {
  const { coinbase, extraData, ...schedule } = spec.production;
  return createOpenProducer({ schedule, coinbase, extraData, timestampRule: spec.timestamps });
}

export interface OpenProducerOptions {
  readonly schedule: Schedule;
  readonly coinbase: Address;
  readonly extraData: Uint8Array;
  readonly timestampRule: TimestampRule;
}

/**
 * When a lone producer makes a block: `instant` as soon as there is a transaction for it, `interval` at every
 * multiple of `blockTimeMs` whether there is one or not, `manual` only when told to.
 */
export type Schedule =
  | { readonly kind: "instant" }
  | { readonly kind: "interval"; readonly blockTimeMs: number }
  | { readonly kind: "manual" };

/** Production without a seal: one node makes every block, and whoever has the chain spec believes it. */
export function createOpenProducer(options: OpenProducerOptions): Producer {
  return {
    dueAtMs: (view) => dueAtMs(options.schedule, view),
    attributes: (parent, nowMs) => attributes(options, parent, nowMs),
    makesEmptyBlocks: options.schedule.kind !== "instant",
    fillMs: fillMs(options.schedule),
  };
}

/** Where nobody waits for a slot, whoever sent the transactions waits for the block. */
const UNTIMED_FILL_MS = 500;
/** The rest of a slot is for the state root and the disk. */
const FILL_SHARE = 0.5;

function fillMs(schedule: Schedule): number {
  return schedule.kind === "interval" ? schedule.blockTimeMs * FILL_SHARE : UNTIMED_FILL_MS;
}

function dueAtMs(schedule: Schedule, view: ProductionView): number | undefined {
  switch (schedule.kind) {
    case "instant":
      return view.hasPending ? view.nowMs : undefined;
    case "interval":
      return slotAfter(view.lastBlockAtMs, schedule.blockTimeMs);
    case "manual":
      return undefined;
  }
}

/**
 * Slots lie on multiples of the block time, so that lateness does not add up. Slots missed while the machine
 * slept stay missed: the next block is due at once, and then the cadence goes on.
 */
function slotAfter(atMs: number, blockTimeMs: number): number {
  return (Math.floor(atMs / blockTimeMs) + 1) * blockTimeMs;
}

/** Randomness is a hash chain: foreseeable, as befits a chain with one producer, and the same on every run. */
function attributes(options: OpenProducerOptions, parent: Header, nowMs: number): BlockAttributes {
  return {
    timestamp: nextTimestamp(parent, nowMs, options.timestampRule),
    coinbase: options.coinbase,
    prevRandao: hashOfBytes(keccak256(hexToBytes(parent.mixHash))),
    extraData: options.extraData,
  };
}
