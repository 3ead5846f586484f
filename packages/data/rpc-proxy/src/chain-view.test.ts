import { describe, expect, it } from "vitest";
import { type BlockId, ChainView } from "./chain-view.ts";

const block = (number: number, fork = "a"): BlockId => ({ number, hash: `${fork}${number}` });

function viewAt(number: number, upstreams = 1): ChainView {
  const view = new ChainView(upstreams, 1_000);
  view.setHead(0, block(number), 0);
  return view;
}

describe("ChainView", () => {
  it("begins another generation with each head, and none with the same one", () => {
    const view = viewAt(5);
    const { generation } = view;
    view.setHead(0, block(5), 10);
    expect(view.generation).toBe(generation);
    view.setHead(0, block(5, "b"), 20);
    expect(view.generation).toBe(generation + 1);
    view.setHead(0, block(5), 30);
    expect(view.generation).toBe(generation + 2);
  });

  it("goes by the upstream that is farthest, and by the next when that one fails", () => {
    const view = viewAt(5, 2);
    view.setHead(1, block(6), 0);
    expect(view.head).toEqual(block(6));
    expect([view.isInStep(0), view.isInStep(1)]).toEqual([false, true]);
    view.setHead(0, block(6), 0);
    expect([view.isInStep(0), view.isInStep(1)]).toEqual([true, true]);
    const { generation } = view;
    view.setUsable(1, false);
    expect(view.head).toEqual(block(6));
    expect(view.generation).toBe(generation);
    view.setUsable(0, false);
    expect(view.head).toBeUndefined();
    expect(view.isCurrent(0)).toBe(false);
  });

  it("keeps nothing of a head that was not confirmed for too long", () => {
    const view = viewAt(5);
    expect([view.isCurrent(1_000), view.isCurrent(1_001)]).toEqual([true, false]);
    view.setHead(0, block(5), 900);
    expect(view.isCurrent(1_900)).toBe(true);
  });

  it("is not current from when an answer showed a newer block until that head is there", () => {
    const view = viewAt(5);
    const { generation } = view;
    expect(view.observe(5)).toBe(false);
    expect(view.observe(7)).toBe(true);
    expect(view.observe(7)).toBe(false);
    expect(view.generation).toBe(generation + 1);
    expect(view.isCurrent(0)).toBe(false);
    view.setHead(0, block(6), 0);
    expect(view.isCurrent(0)).toBe(false);
    view.setHead(0, block(7), 0);
    expect(view.isCurrent(0)).toBe(true);
  });

  it("takes the word of a poll that began after the suspicion, and of no other", () => {
    const view = viewAt(5);
    const before = view.suspicions;
    view.observe(9);
    view.confirm(0, before);
    expect(view.isCurrent(0)).toBe(false);
    view.confirm(0, view.suspicions);
    expect(view.isCurrent(0)).toBe(true);
    expect(view.observe(9)).toBe(true);
  });

  it("forgets finality, and with it the epoch, when it broke", () => {
    const view = viewAt(5);
    view.setFinalized(0, block(3));
    const { epoch } = view;
    view.breakFinality();
    expect(view.finalizedOf(0)).toBeUndefined();
    expect(view.epoch).toBe(epoch + 1);
  });
});
