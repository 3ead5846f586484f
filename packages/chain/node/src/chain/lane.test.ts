import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { Lane } from "./lane.ts";

it("finishes a task before it begins the next, and survives one that fails", async () => {
  const lane = new Lane();
  const steps: string[] = [];
  const slow = lane.run(async () => {
    await sleep(5);
    steps.push("slow");
    throw new Error("no");
  });
  const quick = lane.run(() => {
    steps.push("quick");
    return 7;
  });
  await expect(slow).rejects.toThrow("no");
  expect(await quick).toBe(7);
  expect(steps).toEqual(["slow", "quick"]);
});

it("does what was asked before it closed, and nothing after", async () => {
  const lane = new Lane();
  const before = lane.run(() => sleep(5).then(() => "done"));
  const closed = lane.close(new Error("closed"));
  await expect(lane.run(() => "late")).rejects.toThrow("closed");
  await closed;
  expect(await before).toBe("done");
});
