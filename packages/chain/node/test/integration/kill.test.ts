import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { verifyProof } from "@ghostchain/accounts";
import { keccak256 } from "@ghostchain/crypto";
import { bytesToBigInt, decodeRlp, hexToBytes } from "@ghostchain/encoding";
import type { Hash } from "@ghostchain/evm";
import { devAccounts, devChainSpec } from "@ghostchain/protocol";
import type { RpcBackend } from "@ghostchain/rpc";
import { createMetrics, createSilentLogger } from "@ghostchain/service";
import { expect, it } from "vitest";
import { createNode } from "../../src/node.ts";

const CHILD = join(import.meta.dirname, "node-under-load.ts");
const KILLS = 8;

interface Acknowledged {
  readonly transaction: Hash;
  readonly number: bigint;
  readonly block: Hash;
}

it("loses nothing it has announced, wherever it is killed", { timeout: 120_000 }, async () => {
  const directory = mkdtempSync(join(tmpdir(), "ghost-kill-"));
  const acknowledged: Acknowledged[] = [];
  try {
    for (let kill = 0; kill < KILLS; kill += 1) {
      const fresh = await runUntilKilled(directory, 40 + Math.random() * 400);
      acknowledged.push(...fresh);
      await withNode(directory, (backend) => expectAll(backend, acknowledged));
    }
    expect(acknowledged.length).toBeGreaterThan(KILLS);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

/** What the node announced before it was killed, some time after it had begun to run. */
async function runUntilKilled(directory: string, afterMs: number): Promise<Acknowledged[]> {
  const child = spawn(process.execPath, [CHILD, directory], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = new Promise((resolve) => child.once("exit", resolve));
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  const closed = new Promise((resolve) => child.stdout.once("close", resolve));
  while (!output.includes("running")) await sleep(5);
  await sleep(afterMs);
  child.kill("SIGKILL");
  await Promise.all([exited, closed]);
  // The last line may have been cut short.
  return output.split("\n").slice(1, -1).map(parse);
}

function parse(line: string): Acknowledged {
  const [transaction, number = "", block] = line.split(" ");
  return { transaction: transaction as Hash, number: BigInt(number), block: block as Hash };
}

async function withNode(directory: string, check: (backend: RpcBackend) => void): Promise<void> {
  const node = createNode(
    { logger: createSilentLogger(), metrics: createMetrics({ processMetrics: false }) },
    {
      spec: devChainSpec({ production: { kind: "manual" } }),
      dataDirectory: directory,
      recoveryWorkers: 0,
      historyBlocks: 64,
    },
  );
  await node.start(new AbortController().signal);
  try {
    check(node.backend);
  } finally {
    await node.stop();
  }
}

function expectAll(backend: RpcBackend, acknowledged: readonly Acknowledged[]): void {
  const newest = acknowledged.reduce((max, { number }) => (number > max ? number : max), 0n);
  expect(backend.head().block.header.number).toBeGreaterThanOrEqual(newest);
  for (const { transaction, number, block } of acknowledged) {
    const place = backend.locate(transaction);
    expect(place?.blockHash).toBe(block);
    expect(backend.block({ number })?.hash).toBe(block);
    expect(backend.receipts(block)?.[place?.index ?? -1]?.succeeded).toBe(true);
  }
  expectUnbroken(backend);
  expectStateOfHead(backend);
}

function expectUnbroken(backend: RpcBackend): void {
  let block = backend.head();
  while (block.block.header.number > 0n) {
    const parent = backend.block({ number: block.block.header.number - 1n });
    expect(parent?.hash).toBe(block.block.header.parentHash);
    if (parent === undefined) return;
    block = parent;
  }
}

/** Flat state, trie and header tell the same of every account. */
function expectStateOfHead(backend: RpcBackend): void {
  const root = backend.head().block.header.stateRoot;
  for (const { address } of devAccounts()) {
    const proof = backend.prove({ tag: "latest" }, address, []);
    const leaf = verifyProof(root, keccak256(hexToBytes(address)), proof?.accountProof ?? []);
    const [nonce, balance] = decodeRlp(leaf ?? new Uint8Array()) as Uint8Array[];
    const account = backend.state({ tag: "latest" })?.account(address);
    expect(account?.nonce).toBe(bytesToBigInt(nonce ?? new Uint8Array()));
    expect(account?.balanceWei).toBe(bytesToBigInt(balance ?? new Uint8Array()));
  }
}
