import { describe, expect, it } from "vitest";
import { isRateLimit, isUnknownBlock, readRangeRefusal } from "./refusal.ts";

/** What servers say, word by word, and how many blocks they would answer. */
const RANGES: readonly [said: string, blocks: bigint | undefined, isCeiling: boolean][] = [
  ["query returned more than 10000 results", undefined, false],
  ["query returned more than 10000 results. Try with this block range [0x1, 0x64].", 100n, false],
  [
    "Log response size exceeded. You can make eth_getLogs requests with up to a 2K block range and no limit on the " +
      "response size, or you can request any block range with a cap of 10K logs in the response. Based on your " +
      "parameters and the response size limit, this block range should work: [0x0, 0x1f3]",
    500n,
    false,
  ],
  [
    "Under the Free tier plan, you can make eth_getLogs requests with up to a 10 block range. Based on your " +
      "parameters, this block range should work: [0x1180fca, 0x1180fd3]. Upgrade to PAYG for expanded block range.",
    10n,
    true,
  ],
  ["query exceeds max results 20000, retry with the range 24383075-24383096", 22n, false],
  ["query exceeds max block range 100000", 100_000n, true],
  ["eth_getLogs is limited to a 10,000 range", 10_000n, true],
  ["eth_getLogs is limited to 0 - 50000 blocks range", 50_000n, true],
  ["range is too large, max is 1k blocks", 1_000n, true],
  ["maximum block range: 50000", 50_000n, true],
  ["please limit the query to at most 1000 blocks", 1_000n, true],
  ["block range greater than 10000 max", 10_000n, true],
  ["requested too many blocks from 0 to 5000000, maximum is set to 1024", 1_024n, true],
  ["exceed maximum block range: 5000", 5_000n, true],
  ["Max range: 800", 800n, true],
  ["block range is too wide", undefined, false],
  ["block range too large", undefined, false],
  ["query timeout exceeded", undefined, false],
  ["context deadline exceeded", undefined, false],
  ["backend response too large", undefined, false],
  ["Response size is larger than 150MB limit.", undefined, false],
  ["logs matched by query exceeds limit of 10000", undefined, false],
];

describe("readRangeRefusal", () => {
  it.each(RANGES)("reads %j", (said, suggestedBlocks, isCeiling) => {
    expect(readRangeRefusal(said)).toEqual({ suggestedBlocks, isCeiling });
  });

  it.each(["execution reverted", "header not found", "the method eth_getLogs does not exist"])(
    "sees nothing about ranges in %j",
    (said) => {
      expect(readRangeRefusal(said)).toBeUndefined();
    },
  );

  it("takes no time over what goes on for long", () => {
    const startMs = performance.now();
    readRangeRefusal(`range ${"exceeds ".repeat(20_000)}`);
    readRangeRefusal("max 1".repeat(20_000));
    expect(performance.now() - startMs).toBeLessThan(1_000);
  });
});

describe("isRateLimit", () => {
  it.each<[number, string]>([
    [429, "Your app has exceeded its compute units per second capacity"],
    [-32005, "daily request count exceeded, request rate limited"],
    [-32016, "over rate limit"],
    [-32000, "Too many requests"],
  ])("is true of %i %s", (code, said) => {
    expect(isRateLimit(code, said)).toBe(true);
  });

  it("is false of what is about results", () => {
    expect(isRateLimit(-32005, "query returned more than 10000 results")).toBe(false);
  });
});

describe("isUnknownBlock", () => {
  it.each(["unknown block", "header not found", "Block not found", "block does not exist"])(
    "is true of %j",
    (said) => {
      expect(isUnknownBlock(said)).toBe(true);
    },
  );
});
