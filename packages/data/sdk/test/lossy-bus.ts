import type { EventBus } from "@ghostchain/event-bus";

/** A bus that loses some of what is published, and says some of it twice. */
export function loseSome(bus: EventBus, random: () => number): EventBus {
  return {
    name: bus.name,
    start: (signal) => bus.start(signal),
    stop: () => bus.stop(),
    publish: (channel, message) => bus.publish(channel, message),
    onGap: (listener) => bus.onGap(listener),
    subscribe: (channel, onMessage) =>
      bus.subscribe(channel, (message) => {
        if (random() < 0.1) return;
        onMessage(message);
        if (random() < 0.1) onMessage(message);
      }),
  };
}
