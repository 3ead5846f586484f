import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nestsDeeperThan } from "./json-depth.ts";

function depthOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

describe("nestsDeeperThan", () => {
  it("agrees with the depth of the parsed value", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const text = JSON.stringify(value);
        const depth = depthOf(JSON.parse(text));
        expect(nestsDeeperThan(depth, text)).toBe(false);
        if (depth > 0) expect(nestsDeeperThan(depth - 1, text)).toBe(true);
      }),
    );
  });

  it("does not count brackets inside text", () => {
    expect(nestsDeeperThan(1, JSON.stringify(['[[[{{{"[[[', "\\", '\\"[[[']))).toBe(false);
  });

  it("ends at a string that never closes", () => {
    expect(nestsDeeperThan(1, '["[[[[[')).toBe(false);
  });
});
