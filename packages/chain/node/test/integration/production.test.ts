import { verifyProof } from "@ghostchain/accounts";
import { keccak256 } from "@ghostchain/crypto";
import { hexToBytes } from "@ghostchain/encoding";
import { type Address, parseAddress } from "@ghostchain/evm";
import { devAccounts, devChainSpec, type SenderTransaction } from "@ghostchain/protocol";
import { createMetrics, createSilentLogger, FakeClock } from "@ghostchain/service";
import { afterEach, describe, expect, it } from "vitest";
import { createNode, type GhostNode, type NodeOptions } from "../../src/node.ts";

const [ALICE, BOB] = devAccounts();
if (!ALICE || !BOB) throw new Error("a dev chain has accounts");
const SOMEONE = parseAddress(`0x${"5e".repeat(20)}`);
const GENESIS_MS = 1_735_689_600_000;
const running: GhostNode[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((node) => node.stop()));
});

async function startNode(options: Partial<NodeOptions>) {
  const clock = new FakeClock(GENESIS_MS + 10_000);
  const node = createNode(
    { logger: createSilentLogger(), metrics: createMetrics({ processMetrics: false }), clock },
    {
      spec: devChainSpec({ production: { kind: "manual" } }),
      privateKeys: devAccounts().map(({ privateKey }) => privateKey),
      devControl: true,
      recoveryWorkers: 0,
      ...options,
    },
  );
  await node.start(new AbortController().signal);
  running.push(node);
  const { backend } = node;
  if (backend.dev === undefined) throw new Error("a dev chain is controlled");
  return { node, clock, backend, dev: backend.dev };
}

function send(node: GhostNode, from: Address, nonce?: bigint) {
  const call = { to: SOMEONE, valueWei: 1n, gasLimit: 21_000n, data: new Uint8Array() };
  return node.backend.sendFrom({ from, ...call, ...(nonce !== undefined && { nonce }) });
}

describe("production at an interval", () => {
  it("puts several blocks into a second, none of them later than the clock", async () => {
    const spec = devChainSpec({ production: { kind: "interval", blockTimeMs: 250 } });
    const { clock, backend } = await startNode({ spec });
    const timestamps: bigint[] = [];
    backend.onHead(({ added }) => timestamps.push(...added.map((b) => b.block.header.timestamp)));
    for (let step = 0; step < 8; step += 1) await clock.advance(250);
    const start = BigInt(GENESIS_MS / 1000) + 10n;
    expect(timestamps.map((timestamp) => timestamp - start)).toEqual([
      0n,
      0n,
      0n,
      1n,
      1n,
      1n,
      1n,
      2n,
    ]);
  });

  it("fills a block in the order of tips, as far as gas goes", async () => {
    const { node, dev, backend } = await startNode({});
    dev.setBlockGasLimit(50_000n);
    const hashes = [await send(node, ALICE.address), await send(node, BOB.address)];
    const third = await send(node, ALICE.address);
    await dev.mine({ count: 1 });
    expect(backend.head().transactionHashes).toEqual(hashes);
    expect(backend.pool.get(third)?.hash).toBe(third);
    await dev.mine({ count: 1 });
    expect(backend.head().transactionHashes).toEqual([third]);
  });

  it("drops what can no longer be mined, and says nothing of the rest", async () => {
    const { node, dev, backend } = await startNode({});
    const gone = await send(node, ALICE.address);
    await dev.setBalance(ALICE.address, 5n);
    const kept = await send(node, BOB.address);
    await dev.mine({ count: 1 });
    expect(backend.head().transactionHashes).toEqual([kept]);
    expect(backend.pool.get(gone)).toBeUndefined();
  });
});

describe("the pending block", () => {
  it("is the next one as it would be, and is told apart from the chain", async () => {
    const { node, dev, backend } = await startNode({});
    const hash = await send(node, ALICE.address);
    const pending = backend.block({ tag: "pending" });
    expect(pending?.transactionHashes).toEqual([hash]);
    expect(pending?.block.header.number).toBe(1n);
    const balance = (tag: "latest" | "pending") =>
      backend.state({ tag })?.account(SOMEONE)?.balanceWei;
    expect([balance("latest"), balance("pending")]).toEqual([undefined, 1n]);
    expect(backend.pool.pendingNonce(ALICE.address)).toBe(1n);
    await dev.mine({ count: 1 });
    expect(backend.block({ tag: "pending" })?.transactionHashes).toEqual([]);
    expect(backend.head().block.header.number).toBe(1n);
  });
});

describe("a transaction with a gap before it", () => {
  it("waits, and is mined with the one that fills the gap", async () => {
    const { node, dev, backend } = await startNode({});
    const second = await send(node, ALICE.address, 1n);
    await dev.mine({ count: 1 });
    expect(backend.head().transactionHashes).toEqual([]);
    const first = await send(node, ALICE.address, 0n);
    await dev.mine({ count: 1 });
    expect(backend.head().transactionHashes).toEqual([first, second]);
  });

  it("does not keep its sender waiting where every transaction has a block", async () => {
    const { node, backend } = await startNode({ spec: devChainSpec() });
    await send(node, ALICE.address, 1n);
    expect(backend.head().block.header.number).toBe(0n);
  });
});

describe("an impersonated contract", () => {
  it("sends, and is a contract to whatever it calls", async () => {
    const { node, dev, backend } = await startNode({});
    const contract = parseAddress(`0x${"c0".repeat(20)}`);
    const asker = parseAddress(`0x${"a5".repeat(20)}`);
    // SSTORE(0, EXTCODESIZE(CALLER))
    await dev.setCode(asker, Uint8Array.of(0x33, 0x3b, 0x5f, 0x55));
    await dev.setCode(contract, Uint8Array.of(0x5f, 0x5f, 0xf3));
    await dev.setBalance(contract, 10n ** 18n);
    dev.autoImpersonate(true);
    const hash = await backend.sendFrom({
      from: contract,
      to: asker,
      valueWei: 0n,
      gasLimit: 100_000n,
      data: new Uint8Array(),
    });
    await dev.mine({ count: 1 });
    expect(backend.head().transactionHashes).toEqual([hash]);
    expect(backend.head().senders).toEqual([contract]);
    expect(backend.state({ tag: "latest" })?.storage(asker, 0n)).toBe(3n);
    dev.autoImpersonate(false);
    await expect(send(node, contract)).rejects.toThrow("unknown account");
  });
});

describe("an edit of the state", () => {
  it("is what later blocks build on, and proved by their roots", async () => {
    const { dev, backend } = await startNode({});
    await dev.mine({ count: 1 });
    await dev.setBalance(SOMEONE, 5n);
    await dev.setStorage(SOMEONE, 7n, 8n);
    await dev.setCode(SOMEONE, Uint8Array.of(0x60, 0x00));
    await dev.setNonce(SOMEONE, 9n);
    await dev.mine({ count: 1 });
    const state = backend.state({ tag: "latest" });
    const account = state?.account(SOMEONE);
    expect([account?.balanceWei, account?.nonce, state?.storage(SOMEONE, 7n)]).toEqual([
      5n,
      9n,
      8n,
    ]);
    const proof = backend.prove({ tag: "latest" }, SOMEONE, [7n]);
    const { stateRoot } = backend.head().block.header;
    const leaf = verifyProof(stateRoot, keccak256(hexToBytes(SOMEONE)), proof?.accountProof ?? []);
    expect(leaf).toBeDefined();
  });

  it("is undone with the blocks after a snapshot, and only as far", async () => {
    const { dev, backend } = await startNode({});
    await dev.setBalance(SOMEONE, 1n);
    const id = dev.snapshot();
    await dev.setBalance(SOMEONE, 2n);
    await dev.mine({ count: 3 });
    await dev.setBalance(SOMEONE, 3n);
    expect(await dev.revert(id)).toBe(true);
    expect(backend.state({ tag: "latest" })?.account(SOMEONE)?.balanceWei).toBe(1n);
    expect(backend.head().block.header.number).toBe(0n);
    expect(await dev.revert(id)).toBe(false);
  });
});

describe("a listener", () => {
  it("hears of every transaction that is pooled, and of every block in order", async () => {
    const { node, dev, backend } = await startNode({});
    const pooled: SenderTransaction[] = [];
    const numbers: bigint[] = [];
    const stopListening = backend.onPendingTransaction((transaction) => pooled.push(transaction));
    backend.onHead(({ added }) => numbers.push(...added.map((b) => b.block.header.number)));
    const hash = await send(node, ALICE.address);
    stopListening();
    await send(node, ALICE.address);
    await Promise.all([dev.mine({ count: 2 }), dev.mine({ count: 300 })]);
    expect(pooled.map((transaction) => transaction.hash)).toEqual([hash]);
    expect(numbers).toEqual(Array.from({ length: 302 }, (_, index) => BigInt(index + 1)));
  });
});
