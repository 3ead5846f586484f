import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { EventBus } from "../../src/event-bus.ts";
import { MESSAGE_MAX_BYTES } from "../../src/message-limit.ts";

/**
 * What every event bus must do. `open` gives two that are connected to each other, or one twice where a
 * process has only one.
 */
export function describeEventBus(name: string, open: () => Promise<[EventBus, EventBus]>): void {
  describe(`${name} as an EventBus`, () => {
    let publisher: EventBus;
    let subscriber: EventBus;
    beforeAll(async () => {
      [publisher, subscriber] = await open();
    });
    afterAll(async () => {
      await publisher.stop();
      await subscriber.stop();
    });

    it("delivers what is published after subscribe, in order, to every listener", async () => {
      const heard: string[][] = [[], []];
      const stops = await Promise.all(
        heard.map((list) => subscriber.subscribe("order", (message) => list.push(message))),
      );
      const sent = Array.from({ length: 500 }, (_, i) => `message ${i}`);
      await Promise.all(sent.map((message) => publisher.publish("order", message)));
      await until(() => heard.every((list) => list.length === sent.length));
      expect(heard).toEqual([sent, sent]);
      for (const stop of stops) stop();
    });

    it("delivers nothing of another channel, and nothing after unsubscribe", async () => {
      const heard: string[] = [];
      const stop = await subscriber.subscribe("mine", (message) => heard.push(message));
      await publisher.publish("other", "not mine");
      await publisher.publish("mine", "first");
      await until(() => heard.length > 0);
      stop();
      stop();
      await publisher.publish("mine", "second");
      const again = await subscriber.subscribe("mine", (message) => heard.push(message));
      await publisher.publish("mine", "third");
      await until(() => heard.includes("third"));
      again();
      expect(heard).toEqual(["first", "third"]);
    });

    it("keeps one listener when another of the channel leaves or throws", async () => {
      const heard: string[] = [];
      const leave = await subscriber.subscribe("shared", () => {});
      const throwing = await subscriber.subscribe("shared", () => {
        throw new Error("listener failed");
      });
      const stop = await subscriber.subscribe("shared", (message) => heard.push(message));
      leave();
      await publisher.publish("shared", "still here");
      await until(() => heard.length === 1);
      throwing();
      stop();
    });

    it("carries any text unchanged", async () => {
      const heard: string[] = [];
      const stop = await subscriber.subscribe("text", (message) => heard.push(message));
      const anyText = fc.string({ unit: "binary", maxLength: 200 });
      const sent = fc.sample(anyText, { numRuns: 50, seed: 1 }).concat("", "\u0000\r\n");
      for (const message of sent) await publisher.publish("text", message);
      await until(() => heard.length === sent.length);
      expect(heard).toEqual(sent);
      stop();
    });

    it("takes a message of exactly the limit and refuses one byte more", async () => {
      let size = 0;
      const stop = await subscriber.subscribe("large", (message) => {
        size = message.length;
      });
      await expect(
        publisher.publish("large", "x".repeat(MESSAGE_MAX_BYTES + 1)),
      ).rejects.toMatchObject({
        fault: { code: "EVENT_BUS_MESSAGE_TOO_LARGE", sizeBytes: MESSAGE_MAX_BYTES + 1 },
      });
      await publisher.publish("large", "x".repeat(MESSAGE_MAX_BYTES));
      await until(() => size === MESSAGE_MAX_BYTES);
      stop();
    });

    it("refuses to publish or subscribe once stopped", async () => {
      await publisher.stop();
      await publisher.stop();
      await expect(publisher.publish("late", "x")).rejects.toMatchObject({
        code: "EVENT_BUS_NOT_STARTED",
      });
      await expect(publisher.subscribe("late", () => {})).rejects.toMatchObject({
        code: "EVENT_BUS_NOT_STARTED",
      });
    });
  });
}

export async function until(condition: () => boolean): Promise<void> {
  for (const untilMs = Date.now() + 5_000; !condition(); ) {
    if (Date.now() > untilMs) throw new Error("waited 5 s in vain");
    await sleep(5);
  }
}
