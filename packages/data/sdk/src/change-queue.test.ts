import { describe, expect, it } from "vitest";
import type { Change } from "./change.ts";
import { ChangeQueue } from "./change-queue.ts";

const change = (sequenceId: number): Change => ({ type: "retract", sequenceId, retracts: [] });

describe("ChangeQueue", () => {
  it("gives what was kept, then what comes, then ends", async () => {
    const queue = new ChangeQueue();
    let released = 0;
    queue.push(change(1));
    const reader = queue.read(() => {
      released += 1;
    });
    expect((await reader.next()).value).toEqual(change(1));
    const next = reader.next();
    queue.push(change(2));
    expect((await next).value).toEqual(change(2));
    const last = reader.next();
    queue.end();
    expect(await last).toEqual({ done: true, value: undefined });
    expect(released).toBe(1);
  });

  it("throws, after all it kept, for a reader that is too slow", async () => {
    const queue = new ChangeQueue();
    for (let id = 1; id <= 10_001; id += 1) queue.push(change(id));
    let read = 0;
    await expect(async () => {
      for await (const _ of queue.read(() => undefined)) read += 1;
    }).rejects.toThrow("begin anew");
    expect(read).toBe(10_000);
  });
});
