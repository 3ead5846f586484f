import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { memberText, nestsDeeperThan } from "./json-text.ts";

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

describe("memberText", () => {
  it("is the text of what parsing finds under the name", () => {
    const names = fc.constantFrom("result", "id", "error", "resul", "result2");
    const objects = fc.dictionary(names, fc.jsonValue({ maxDepth: 4 }));
    const spaces = fc.constantFrom(undefined, 1, "\t");
    fc.assert(
      fc.property(objects, spaces, (value, space) => {
        const found = memberText(JSON.stringify(value, null, space), "result");
        const expected = value.result;
        if (expected === undefined) expect(found).toBeUndefined();
        else expect(JSON.parse(found ?? "")).toEqual(JSON.parse(JSON.stringify(expected)));
      }),
    );
  });

  it("takes the last of two, as parsing does, and none that stands deeper or is a value", () => {
    expect(memberText('{"result":1,"result" : {"a":[2]} }', "result")).toBe('{"a":[2]}');
    expect(memberText('{"a":{"result":1},"b":"result","c":["result"]}', "result")).toBeUndefined();
    expect(memberText('{"a":"\\"result\\":1","result":"}"}', "result")).toBe('"}"');
  });
});
