import { describe, expect, it } from "vitest";
import { RangeLimit } from "./range-limit.ts";

const UNSAID = { suggestedBlocks: undefined, isCeiling: false };

describe("RangeLimit", () => {
  it("grows fast while nothing was refused, and no further than fifty thousand", () => {
    const limit = new RangeLimit();
    for (let i = 0; i < 3; i++) limit.answered(limit.blocks, 0);
    expect(limit.blocks).toBe(8_000n);
    for (let i = 0; i < 10; i++) limit.answered(limit.blocks, 0);
    expect(limit.blocks).toBe(50_000n);
  });

  it("halves what is refused, and tries larger ranges again only after a while", () => {
    const limit = new RangeLimit();
    expect(limit.refused(1_000n, UNSAID)).toBe(true);
    expect(limit.blocks).toBe(500n);
    for (let i = 0; i < 7; i++) limit.answered(500n, 0);
    expect(limit.blocks).toBe(500n);
    limit.answered(500n, 0);
    expect(limit.blocks).toBe(626n);
  });

  it("takes what it is told, and never more than what it is told is the most", () => {
    const limit = new RangeLimit();
    limit.refused(1_000n, { suggestedBlocks: 100n, isCeiling: true });
    for (let i = 0; i < 100; i++) limit.answered(limit.blocks, 0);
    expect(limit.blocks).toBe(100n);
  });

  it("does not believe a suggestion that is no smaller than what was refused", () => {
    const limit = new RangeLimit();
    limit.refused(1_000n, { suggestedBlocks: 5_000n, isCeiling: true });
    expect(limit.blocks).toBe(500n);
  });

  it("asks for less where ranges bring very much", () => {
    const limit = new RangeLimit();
    limit.answered(1_000n, 40_000);
    expect(limit.blocks).toBe(500n);
  });

  it("has nothing smaller than a block", () => {
    expect(new RangeLimit().refused(1n, UNSAID)).toBe(false);
  });
});
