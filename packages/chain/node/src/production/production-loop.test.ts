import { createOpenProducer, type Producer, type Schedule } from "@ghostchain/consensus";
import { ZERO_ADDRESS } from "@ghostchain/evm";
import { createSilentLogger, FakeClock } from "@ghostchain/service";
import { describe, expect, it } from "vitest";
import { ProductionLoop } from "./production-loop.ts";

const logger = createSilentLogger();

function scheduled(schedule: Schedule): Producer {
  return createOpenProducer({
    schedule,
    coinbase: ZERO_ADDRESS,
    extraData: new Uint8Array(),
    timestampRule: "nondecreasing",
  });
}

function setUp(schedule: Schedule) {
  const clock = new FakeClock(10_100);
  const state = {
    producer: scheduled(schedule),
    pending: 0,
    producedAtMs: [] as number[],
    outcome: async () => true,
  };
  const loop = new ProductionLoop({
    clock,
    logger,
    producer: () => state.producer,
    hasPending: () => state.pending > 0,
    produce: () => {
      state.producedAtMs.push(clock.now());
      state.pending = 0;
      return state.outcome();
    },
  });
  return { clock, state, loop };
}

describe("ProductionLoop", () => {
  it("makes a block at every slot, whatever else happens", async () => {
    const { clock, state, loop } = setUp({ kind: "interval", blockTimeMs: 250 });
    loop.start();
    await clock.advance(300);
    state.pending = 1;
    loop.poke();
    await clock.advance(500);
    await loop.stop();
    expect(state.producedAtMs).toEqual([10_250, 10_500, 10_750]);
    await clock.advance(5_000);
    expect(state.producedAtMs).toHaveLength(3);
  });

  it("makes a block as soon as a transaction comes", async () => {
    const { clock, state, loop } = setUp({ kind: "instant" });
    loop.start();
    await clock.advance(1_000);
    expect(state.producedAtMs).toEqual([]);
    state.pending = 1;
    loop.poke();
    await clock.advance(0);
    expect(state.producedAtMs).toEqual([11_100]);
    await loop.stop();
  });

  it("does not miss a transaction that comes while a block is being made", async () => {
    const { clock, state, loop } = setUp({ kind: "instant" });
    state.pending = 1;
    state.outcome = async () => {
      if (state.producedAtMs.length === 1) {
        state.pending = 1;
        loop.poke();
      }
      return true;
    };
    loop.start();
    await clock.advance(0);
    expect(state.producedAtMs).toHaveLength(2);
    await loop.stop();
  });

  it("follows another producer from the moment it is told", async () => {
    const { clock, state, loop } = setUp({ kind: "interval", blockTimeMs: 5_000 });
    loop.start();
    await clock.advance(1_000);
    state.producer = scheduled({ kind: "interval", blockTimeMs: 100 });
    loop.reschedule();
    await clock.advance(0);
    await clock.advance(200);
    state.producer = scheduled({ kind: "manual" });
    loop.reschedule();
    await clock.advance(60_000);
    await loop.stop();
    expect(state.producedAtMs).toEqual([11_200, 11_300]);
  });

  it("waits a second after a failure", async () => {
    const { clock, state, loop } = setUp({ kind: "interval", blockTimeMs: 100 });
    state.outcome = async () => {
      if (state.producedAtMs.length < 3) throw new Error("disk full");
      return true;
    };
    loop.start();
    await clock.advance(2_500);
    await loop.stop();
    expect(state.producedAtMs.slice(0, 4)).toEqual([10_200, 11_200, 12_200, 12_300]);
  });
});
