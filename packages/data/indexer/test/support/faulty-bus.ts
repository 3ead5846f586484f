import type { EventBus } from "@ghostchain/event-bus";
import type { Random } from "./random.ts";

/** Loses and doubles what is published, and sometimes says that it could not publish at all. */
export function faultyBus(bus: EventBus, random: Random, faults: { rate: number }): EventBus {
  return {
    name: bus.name,
    start: (signal) => bus.start(signal),
    stop: () => bus.stop(),
    subscribe: (channel, onMessage) => bus.subscribe(channel, onMessage),
    onGap: (listener) => bus.onGap(listener),
    async publish(channel, message) {
      if (random.chance(faults.rate / 2)) throw new Error("the bus is down");
      if (random.chance(faults.rate)) return;
      await bus.publish(channel, message);
      if (random.chance(faults.rate)) await bus.publish(channel, message);
    },
  };
}
