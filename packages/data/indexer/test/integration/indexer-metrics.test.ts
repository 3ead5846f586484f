import type { Metrics } from "@ghostchain/service";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { FakeChain, type LedgerEvent } from "../support/fake-chain.ts";
import { IndexerStand } from "../support/indexer-stand.ts";

const ALICE = "0x00000000000000000000000000000000000000AA";
const BOB = "0x00000000000000000000000000000000000000bb";
const MOVED: LedgerEvent = { kind: "moved", from: ALICE, to: BOB, amount: 1n };

let stand: IndexerStand;
beforeAll(async () => {
  stand = await IndexerStand.open();
});
afterEach(() => stand.reset());
afterAll(() => stand.close());

/** NaN where the scrape has no such line. */
async function figure(metrics: Metrics, name: string): Promise<number> {
  const line = (await metrics.metrics()).split("\n").find((one) => one.startsWith(`${name} `));
  return Number(line?.split(" ")[1] ?? Number.NaN);
}

describe("the indexer's metrics", () => {
  it("say how far it is, and how long a block took that was pushed", async () => {
    const chain = new FakeChain();
    const running = await stand.run(chain);
    await stand.caughtUp(running, chain);
    const { metrics } = running;
    expect(await figure(metrics, "indexer_writing")).toBe(1);
    const committed = () => figure(metrics, "indexer_commit_seconds_count");
    // until it has subscribed to new heads, it finds them by asking
    await expect
      .poll(async () => {
        chain.mine([MOVED, MOVED]);
        await stand.caughtUp(running, chain);
        return committed();
      })
      .toBeGreaterThan(0);
    await expect.poll(() => figure(metrics, 'indexer_lag_blocks{chain="main"}')).toBe(0);
    expect(await figure(metrics, "indexer_sequence_id")).toBe(2 * Number(chain.head.number));
    expect(await figure(metrics, 'indexer_block_number{chain="main"}')).toBe(
      Number(chain.head.number),
    );
    expect(await figure(metrics, "indexer_commit_seconds_sum")).toBeLessThan(10);
  });

  it("are silent where another process writes, so that no old figure wakes anybody", async () => {
    const chain = new FakeChain();
    const first = await stand.run(chain);
    await stand.caughtUp(first, chain);
    await first.indexer.stop();
    expect(await figure(first.metrics, "indexer_writing")).toBe(0);
    expect(await figure(first.metrics, "indexer_sequence_id")).toBe(0);
    expect(await figure(first.metrics, 'indexer_lag_blocks{chain="main"}')).toBeNaN();
    expect(await figure(first.metrics, 'indexer_block_number{chain="main"}')).toBeNaN();
  });
});
