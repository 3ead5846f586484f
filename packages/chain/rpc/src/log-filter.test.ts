import { type Address, type Hash, hashOfWord, type Log } from "@ghostchain/evm";
import { logsBloomOf } from "@ghostchain/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createLogFilter, type LogCriteria } from "./log-filter.ts";

const word = fc.bigInt({ min: 1n, max: 4n }).map(hashOfWord);
const address = fc
  .bigInt({ min: 1n, max: 3n })
  .map((value) => `0x${value.toString(16).padStart(40, "0")}` as Address);
const log: fc.Arbitrary<Log> = fc.record({
  address,
  topics: fc.array(word, { maxLength: 4 }),
  data: fc.constant(new Uint8Array()),
});
const criteria: fc.Arbitrary<LogCriteria> = fc.record({
  addresses: fc.array(address, { maxLength: 2 }),
  topics: fc.array(fc.array(word, { maxLength: 2 }), { maxLength: 4 }),
});

/** The rule of the specification, word for word. */
function isWanted({ addresses, topics }: LogCriteria, candidate: Log): boolean {
  if (addresses.length > 0 && !addresses.includes(candidate.address)) return false;
  if (topics.length > candidate.topics.length) return false;
  return topics.every(
    (any, position) => any.length === 0 || any.includes(candidate.topics[position] as Hash),
  );
}

describe("createLogFilter", () => {
  it("takes exactly the logs the specification says", () => {
    fc.assert(
      fc.property(criteria, log, (wanted, candidate) => {
        expect(createLogFilter(wanted).matches(candidate)).toBe(isWanted(wanted, candidate));
      }),
    );
  });

  it("never lets a bloom hide a log that matches", () => {
    fc.assert(
      fc.property(criteria, fc.array(log, { maxLength: 5 }), (wanted, logs) => {
        const filter = createLogFilter(wanted);
        if (logs.some(filter.matches)) expect(filter.mayMatch(logsBloomOf(logs))).toBe(true);
      }),
    );
  });

  it("sees from an empty bloom that nothing is there", () => {
    const nothing = new Uint8Array(256);
    const some = createLogFilter({ addresses: [], topics: [[], [hashOfWord(1n)]] });
    expect(some.mayMatch(nothing)).toBe(false);
    expect(createLogFilter({ addresses: [], topics: [] }).mayMatch(nothing)).toBe(true);
  });
});
