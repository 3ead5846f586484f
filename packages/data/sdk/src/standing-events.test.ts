import { describe, expect, it } from "vitest";
import { StandingEvents } from "./standing-events.ts";

const entry = (sequenceId: number) => ({
  sequenceId,
  event: { type: "JACK_IN", timestamp: sequenceId },
});

describe("StandingEvents", () => {
  it("keeps the newest, newest first, and takes out what is retracted", () => {
    const events = new StandingEvents(3);
    events.reset([entry(2), entry(1)]);
    for (const id of [3, 4]) events.apply({ type: "event", ...entry(id) });
    expect(events.list.map(({ sequenceId }) => sequenceId)).toEqual([4, 3, 2]);
    events.apply({ type: "retract", sequenceId: 5, retracts: [3, 1] });
    expect(events.list.map(({ sequenceId }) => sequenceId)).toEqual([4, 2]);
    events.apply({ type: "position", position: null });
    expect(events.list).toHaveLength(2);
    events.apply({ type: "sync", sequenceId: 9, epoch: "e", snapshot: {} });
    expect(events.list).toEqual([]);
  });
});
