import type { FeedEvent, ScannedRow } from "@ghostchain/feed";
import { describe, expect, it } from "vitest";
import { countedProduct } from "../test/counted-product.ts";
import { EventCounter } from "./count-events.ts";

const ROW: ScannedRow = {
  ...{ sequenceId: 1, chain: "main", blockNumber: 5n, mark: "", event: null },
  ...{ retracts: [], subjects: [] },
};
const USER = `0x${"Ab".repeat(20)}`;

function count(event: Partial<FeedEvent>, subjects: readonly string[] = []) {
  const refused: string[] = [];
  const counter = new EventCounter([countedProduct], (sum, type) => refused.push(`${sum} ${type}`));
  const counted = counter.count({ ...ROW, subjects }, { type: "SOLD", timestamp: 1_000, ...event });
  return { counted, refused };
}

describe("EventCounter", () => {
  it("takes the event's address, or its only subject, for who acted", () => {
    expect(count({ address: USER }).counted.actor).toBe(USER.toLowerCase());
    expect(count({}, [USER]).counted.actor).toBe(USER.toLowerCase());
    expect(count({}, [USER, USER.replace("A", "C")]).counted.actor).toBeNull();
    expect(count({ address: "somebody" }).counted.actor).toBeNull();
  });

  it("takes nobody for active in what was done to them", () => {
    expect(count({ type: "LOST", address: USER }).counted.actor).toBeNull();
  });

  it("adds what the product names, and nothing where there is nothing", () => {
    expect(count({ amount: "5", fee: "1" }).counted.amounts).toEqual([
      { sum: "shop.volume.sold", amount: 5n },
      { sum: "shop.volume.fees", amount: 1n },
    ]);
    expect(count({ type: "SEEN", amount: "5" })).toMatchObject({
      counted: { amounts: [] },
      refused: [],
    });
  });

  it("counts an event whose amount is none, and tells", () => {
    expect(count({ amount: "5.5", fee: "-1" })).toMatchObject({
      counted: { type: "SOLD", amounts: [] },
      refused: ["shop.volume.sold SOLD", "shop.volume.fees SOLD"],
    });
  });

  it("has another fingerprint when something else is counted", () => {
    const of = (version: string) => new EventCounter([{ ...countedProduct, version }], () => {});
    expect(of("1").fingerprint).toBe(of("1").fingerprint);
    expect(of("1").fingerprint).not.toBe(of("2").fingerprint);
    const { analytics: _, ...silent } = countedProduct;
    expect(new EventCounter([silent], () => {}).fingerprint).not.toBe(
      new EventCounter([countedProduct], () => {}).fingerprint,
    );
  });
});
