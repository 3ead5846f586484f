import { describe, expect, it } from "vitest";
import { normalizeTopic } from "./topic.ts";

describe("normalizeTopic", () => {
  it.each(["feed", "level:DARKNET", "crew:4f1c", "crew:Ünïcode"])("keeps %s", (topic) => {
    expect(normalizeTopic(topic)).toBe(topic);
  });

  it("knows an address in any case", () => {
    expect(normalizeTopic("address:0xD8dA6BF26964aF9D7eEd9e03E53415D37aA96045")).toBe(
      "address:0xd8da6bf26964af9d7eed9e03e53415d37aa96045",
    );
  });

  it.each([
    "",
    "Feed",
    ":x",
    "level:",
    "a b",
    "level:a b",
    "level:\u0000",
    "level:\n",
    `level:${"x".repeat(64)}`,
  ])("refuses %j", (topic) => {
    expect(normalizeTopic(topic)).toBeUndefined();
  });
});
