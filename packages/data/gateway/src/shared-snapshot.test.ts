import { describe, expect, it } from "vitest";
import type { Snapshot } from "./feed-stream.ts";
import { SharedSnapshot } from "./shared-snapshot.ts";

const anyOne = () => true;

/** A read for each call, which the test answers. */
function open() {
  const reads: PromiseWithResolvers<Snapshot>[] = [];
  const shared = new SharedSnapshot(() => {
    const read = Promise.withResolvers<Snapshot>();
    reads.push(read);
    return read.promise;
  });
  return { shared, reads };
}

function at(sequenceId: number): Snapshot {
  return { epoch: "e", sequenceId, json: "{}" };
}

describe("SharedSnapshot", () => {
  it("reads once for ten thousand who ask at once, and for who asks within a second", async () => {
    const { shared, reads } = open();
    const all = Array.from({ length: 10_000 }, () => shared.get(0, anyOne));
    reads[0]?.resolve(at(7));
    expect(new Set(await Promise.all(all))).toEqual(new Set([at(7)]));
    await shared.get(999, anyOne);
    expect(reads).toHaveLength(1);
    void shared.get(1_000, anyOne);
    expect(reads).toHaveLength(2);
  });

  it("reads once more, not once for each, when what it has is too old to be followed", async () => {
    const { shared, reads } = open();
    const first = shared.get(0, anyOne);
    reads[0]?.resolve(at(7));
    await first;
    const all = Array.from({ length: 1_000 }, () => shared.get(10, (one) => one.sequenceId > 7));
    await Promise.resolve();
    await Promise.resolve();
    reads[1]?.resolve(at(8));
    expect(new Set((await Promise.all(all)).map(({ sequenceId }) => sequenceId))).toEqual(
      new Set([8]),
    );
    expect(reads).toHaveLength(2);
  });

  it("forgets a read that failed", async () => {
    const { shared, reads } = open();
    const failing = shared.get(0, anyOne);
    reads[0]?.reject(new Error("no database"));
    await expect(failing).rejects.toThrow("no database");
    const next = shared.get(1, anyOne);
    reads[1]?.resolve(at(9));
    expect(await next).toEqual(at(9));
  });
});
