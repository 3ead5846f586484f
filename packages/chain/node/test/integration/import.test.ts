import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Hash, parseHash } from "@ghostchain/evm";
import {
  devAccounts,
  devChainSpec,
  encodeBlock,
  headerHash,
  nextBaseFeeWei,
  type StoredBlock,
} from "@ghostchain/protocol";
import type { HeadEvent } from "@ghostchain/rpc";
import { createMetrics, createSilentLogger } from "@ghostchain/service";
import { afterEach, describe, expect, it } from "vitest";
import { createNode, type GhostNode, type NodeOptions } from "../../src/node.ts";

const [ALICE, BOB] = devAccounts();
if (!ALICE || !BOB) throw new Error("a dev chain has accounts");
const running: GhostNode[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((node) => node.stop()));
});

async function startNode(options: Partial<NodeOptions> = {}): Promise<GhostNode> {
  const node = createNode(
    { logger: createSilentLogger(), metrics: createMetrics({ processMetrics: false }) },
    {
      spec: devChainSpec({ production: { kind: "manual" } }),
      privateKeys: [ALICE?.privateKey ?? new Uint8Array(), BOB?.privateKey ?? new Uint8Array()],
      devControl: true,
      recoveryWorkers: 0,
      ...options,
    },
  );
  await node.start(new AbortController().signal);
  running.push(node);
  return node;
}

/** Blocks with a transfer each; `seed` makes them others than those of another seed. */
async function mine(node: GhostNode, count: number, seed: number): Promise<StoredBlock[]> {
  const { dev } = node.backend;
  const blocks: StoredBlock[] = [];
  for (let made = 0; made < count; made += 1) {
    dev?.setPrevRandao(randao(seed));
    await transfer(node, BigInt(seed));
    await dev?.mine({ count: 1 });
    blocks.push(node.backend.head());
  }
  return blocks;
}

function transfer(node: GhostNode, valueWei: bigint): Promise<Hash> {
  return node.backend.sendFrom({
    from: ALICE?.address as never,
    to: BOB?.address,
    valueWei,
    gasLimit: 21_000n,
    data: new Uint8Array(),
  });
}

function randao(seed: number): Hash {
  return parseHash(`0x${seed.toString(16).padStart(64, "0")}`);
}

function rlp({ block }: StoredBlock): Uint8Array {
  return encodeBlock(block);
}

function bobOf(node: GhostNode): bigint | undefined {
  return node.backend.state({ tag: "latest" })?.account(BOB?.address as never)?.balanceWei;
}

describe("a node that imports", () => {
  it("comes to the state of the one that made the blocks", async () => {
    const [maker, importer] = [await startNode(), await startNode()];
    const blocks = await mine(maker, 3, 1);
    for (const block of blocks) expect(await importer.importBlock(rlp(block))).toBe("head");
    expect(importer.backend.head()).toEqual(maker.backend.head());
    expect(bobOf(importer)).toBe(bobOf(maker));
    const [last] = blocks.slice(-1);
    if (!last) throw new Error("three blocks");
    expect(await importer.importBlock(rlp(last))).toBe("known");
    expect(importer.backend.receipts(last.hash)).toEqual(maker.backend.receipts(last.hash));
  });

  it("holds a branch until it is the longest, and then changes over in one step", async () => {
    const [node, other] = [await startNode(), await startNode()];
    const ours = await mine(node, 2, 1);
    const theirs = await mine(other, 3, 2);
    const events: HeadEvent[] = [];
    node.backend.onHead((event) => events.push(event));
    const outcomes: string[] = [];
    for (const block of theirs) outcomes.push(await node.importBlock(rlp(block)));
    expect(outcomes).toEqual(["held", "held", "head"]);
    expect(events).toEqual([{ removed: ours.toReversed(), added: theirs }]);
    expect(bobOf(node)).toBe(bobOf(other));
    const [first] = ours;
    expect(node.backend.locate(first?.transactionHashes[0] as never)).toBeUndefined();
    expect(node.backend.block({ number: 1n })?.hash).toBe(theirs[0]?.hash);
    expect(node.backend.receipts(theirs[0]?.hash as never)).toHaveLength(1);
  });

  it("pools again what a branch left out and can still be mined", async () => {
    const [node, other] = [await startNode(), await startNode()];
    await mine(node, 1, 1);
    const [mined] = node.backend.head().transactionHashes;
    const dev = other.backend.dev;
    await dev?.mine({ count: 2 });
    for (const number of [1n, 2n]) {
      const block = other.backend.block({ number });
      if (block) await node.importBlock(rlp(block));
    }
    expect(node.backend.head()).toEqual(other.backend.head());
    expect(node.backend.pool.get(mined as never)?.sender).toBe(ALICE?.address);
    await node.backend.dev?.mine({ count: 1 });
    expect(node.backend.head().transactionHashes).toEqual([mined]);
  });
});

describe("a node that is given bad blocks", () => {
  it("refuses a block that breaks a rule, by the rule's name, and what follows it", async () => {
    const [maker, importer] = [await startNode(), await startNode()];
    const [first, second] = await mine(maker, 2, 1);
    if (!first || !second) throw new Error("two blocks");
    const { header } = first.block;
    const forged = (changes: object) =>
      importer.importBlock(encodeBlock({ ...first.block, header: { ...header, ...changes } }));
    await expect(forged({ stateRoot: randao(1) })).rejects.toThrow("BLOCK_STATE_ROOT_WRONG");
    await expect(forged({ gasUsed: 1n })).rejects.toThrow("BLOCK_GAS_USED_WRONG");
    await expect(forged({ parentHash: randao(1) })).rejects.toThrow("BLOCK_PARENT_UNKNOWN");
    await expect(forged({ number: 2n })).rejects.toThrow("HEADER_NUMBER_WRONG");
    await expect(
      importer.importBlock(encodeBlock({ ...first.block, transactions: [] })),
    ).rejects.toThrow("BLOCK_TRANSACTIONS_ROOT_WRONG");
    await expect(importer.importBlock(Uint8Array.of(0xc0))).rejects.toThrow("malformed block");
    await expect(importer.importBlock(rlp(second))).rejects.toThrow("BLOCK_PARENT_UNKNOWN");
    expect(await importer.importBlock(rlp(first))).toBe("head");
  });

  it("stays where it is when a held branch turns out to be bad", async () => {
    const [node, other, third] = [await startNode(), await startNode(), await startNode()];
    await mine(node, 1, 1);
    const [bad] = await mine(other, 1, 2);
    if (!bad) throw new Error("a block");
    const header = { ...bad.block.header, stateRoot: randao(9) };
    const encoded = encodeBlock({ ...bad.block, header });
    expect(await node.importBlock(encoded)).toBe("held");
    await third.backend.dev?.mine({ count: 2 });
    const next = third.backend.block({ number: 2n });
    if (!next) throw new Error("a block");
    const before = node.backend.head();
    const parentHash = headerHash(header);
    const onBad = encodeBlock({
      ...next.block,
      header: { ...next.block.header, parentHash, baseFeePerGasWei: nextBaseFeeWei(header) },
    });
    await expect(node.importBlock(onBad)).rejects.toThrow("BLOCK_STATE_ROOT_WRONG");
    await expect(node.importBlock(onBad)).rejects.toThrow("NODE_BLOCK_FOLLOWS_BAD");
    expect(node.backend.head()).toBe(before);
  });
});

describe("a node on disk", () => {
  it("keeps a reorg", async () => {
    const directory = mkdtempSync(join(tmpdir(), "ghost-import-"));
    try {
      const node = await startNode({ dataDirectory: directory });
      const other = await startNode();
      await mine(node, 2, 1);
      const theirs = await mine(other, 3, 2);
      for (const block of theirs) await node.importBlock(rlp(block));
      await node.stop();
      const again = await startNode({ dataDirectory: directory });
      expect(again.backend.head()).toEqual(other.backend.head());
      expect(bobOf(again)).toBe(bobOf(other));
      const more = await mine(other, 1, 2);
      for (const block of more) expect(await again.importBlock(rlp(block))).toBe("head");
      await again.stop();
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
