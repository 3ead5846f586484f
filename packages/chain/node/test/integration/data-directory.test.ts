import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { devChainSpec } from "@ghostchain/protocol";
import { createMetrics, createSilentLogger } from "@ghostchain/service";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createNode, type GhostNode } from "../../src/node.ts";

let directory = "";

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "ghost-data-"));
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

function nodeHere(chainId = 31_337): GhostNode {
  return createNode(
    { logger: createSilentLogger(), metrics: createMetrics({ processMetrics: false }) },
    {
      spec: devChainSpec({ chainId, production: { kind: "manual" } }),
      dataDirectory: directory,
      devControl: true,
      recoveryWorkers: 0,
    },
  );
}

const start = (node: GhostNode) => node.start(new AbortController().signal);

describe("a data directory", () => {
  it("is found again as it was left, edits of the head included", async () => {
    const node = nodeHere();
    await start(node);
    const someone = `0x${"5e".repeat(20)}` as never;
    await node.backend.dev?.mine({ count: 5 });
    await node.backend.dev?.setBalance(someone, 77n);
    const head = node.backend.head();
    await node.stop();
    const again = nodeHere();
    await start(again);
    expect(again.backend.head()).toEqual(head);
    expect(again.backend.state({ tag: "latest" })?.account(someone)?.balanceWei).toBe(77n);
    await again.stop();
  });

  it("belongs to one node at a time, and is free again after it", async () => {
    const node = nodeHere();
    await start(node);
    await expect(start(nodeHere())).rejects.toMatchObject({ fault: { code: "STORE_LOCKED" } });
    await node.stop();
    await node.stop();
    const next = nodeHere();
    await start(next);
    await next.stop();
  });

  it("is not taken for another chain", async () => {
    const node = nodeHere();
    await start(node);
    await node.stop();
    const other = createNode(
      { logger: createSilentLogger(), metrics: createMetrics({ processMetrics: false }) },
      {
        spec: {
          ...devChainSpec(),
          genesis: { ...devChainSpec().genesis, gasLimit: 5_000_000n },
        },
        dataDirectory: directory,
      },
    );
    await expect(start(other)).rejects.toThrow(/NODE_GENESIS_MISMATCH: .*--fresh/);
    const same = nodeHere();
    await start(same);
    await same.stop();
  });

  it("is refused where another version or another program wrote it", async () => {
    writeFileSync(join(directory, "VERSION"), "ghostchain-node 0\n");
    await expect(start(nodeHere())).rejects.toThrow(/NODE_DATA_VERSION: .*"ghostchain-node 0"/);
    rmSync(join(directory, "VERSION"));
    writeFileSync(join(directory, "holiday.jpg"), "");
    await expect(start(nodeHere())).rejects.toThrow("NODE_DATA_VERSION");
  });
});

describe("a node that does not run", () => {
  it("says so", () => {
    expect(() => nodeHere().backend.head()).toThrow("NODE_NOT_RUNNING");
  });
});
