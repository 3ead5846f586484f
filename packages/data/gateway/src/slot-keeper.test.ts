import { type ConnectionSlots, createMemoryLimits } from "@ghostchain/rate-limit";
import { createSilentLogger, FakeClock } from "@ghostchain/service";
import { describe, expect, it } from "vitest";
import { RecordingOutlet } from "../test/recording-outlet.ts";
import { type Connection, createConnection } from "./connection.ts";
import { SlotKeeper } from "./slot-keeper.ts";

const ALICE = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045";

/** Two gateways before one store, which can be lost. */
function open(limit: number) {
  const clock = new FakeClock(1_000_000);
  const store = createMemoryLimits({ clock }).slots("connections", { limit });
  const state = { isLost: false, unavailable: 0 };
  const guard = <T>(ask: () => Promise<T>) =>
    state.isLost ? Promise.reject(new Error("no store")) : ask();
  const slots: ConnectionSlots = {
    take: (user, slot) => guard(() => store.take(user, slot)),
    renew: (user, slot) => guard(() => store.renew(user, slot)),
    release: (user, slot) => guard(() => store.release(user, slot)),
  };
  const keepers = [1, 2].map(
    () =>
      new SlotKeeper(slots, createSilentLogger(), () => {
        state.unavailable += 1;
      }),
  ) as [SlotKeeper, SlotKeeper];
  return { clock, state, keepers };
}

function connect(): Connection {
  return createConnection(new RecordingOutlet(), 0, 0);
}

describe("SlotKeeper", () => {
  it("counts a user's connections over gateways, in whatever case the address is", async () => {
    const { keepers } = open(2);
    const [one, two] = keepers;
    const first = connect();
    expect(await one.take(first, ALICE, 0)).toBe(true);
    expect(await two.take(connect(), ALICE.toLowerCase(), 0)).toBe(true);
    expect(await two.take(connect(), ALICE, 0)).toBe(false);
    first.onLeave?.();
    first.onLeave?.();
    await one.settled();
    expect(await two.take(connect(), ALICE, 0)).toBe(true);
    expect(await one.take(connect(), ALICE, 0)).toBe(false);
  });

  it("gives back the slot of a connection that left while it was being asked for", async () => {
    const [one, two] = open(1).keepers;
    const gone = connect();
    const asked = one.take(gone, ALICE, 0);
    gone.onLeave?.();
    await asked;
    await one.settled();
    expect(await two.take(connect(), ALICE, 0)).toBe(true);
  });

  it("keeps slots that are renewed, beyond the time that they last by themselves", async () => {
    const { clock, keepers } = open(1);
    const [one, two] = keepers;
    await one.take(connect(), ALICE, clock.now());
    for (let second = 0; second < 300; second += 1) {
      await clock.advance(1_000);
      one.renew(clock.now(), () => expect.fail("it lost its slot"));
    }
    expect(await two.take(connect(), ALICE, clock.now())).toBe(false);
  });

  it("lets users in while the store is lost, and takes back what is too much when it is there again", async () => {
    const { clock, state, keepers } = open(1);
    const [one, two] = keepers;
    state.isLost = true;
    const both = [connect(), connect()] as const;
    expect(await one.take(both[0], ALICE, clock.now())).toBe(true);
    expect(await two.take(both[1], ALICE, clock.now())).toBe(true);
    expect(state.unavailable).toBe(2);
    state.isLost = false;
    const lost: Connection[] = [];
    await clock.advance(20_000);
    for (const keeper of keepers) {
      keeper.renew(clock.now(), (connection) => lost.push(connection));
      await clock.advance(0);
    }
    expect(lost).toEqual([both[1]]);
  });
});
