import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createEmbeddedDatabase } from "@ghostchain/database";
import { readFeed } from "@ghostchain/feed";
import { createSilentLogger } from "@ghostchain/service";
import { getAddress, numberToHex } from "viem";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FakeChain, type LedgerEvent } from "../support/fake-chain.ts";
import { expectedState, storedState } from "../support/ledger-model.ts";
import { Random } from "../support/random.ts";
import { RpcServer } from "../support/rpc-server.ts";

const ACCOUNTS = Array.from({ length: 5 }, (_, i) =>
  getAddress(numberToHex(0xa0 + i, { size: 20 })),
);
const KILLS = 5;

let dataDir: string;
let server: RpcServer;
const chain = new FakeChain();
const random = new Random(1);
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "ghost-kill-"));
  server = await RpcServer.listen();
  server.respond = async (method, params) => {
    try {
      return { result: await chain.request({ method, params }) };
    } catch (error) {
      const { code, message } = error as { code?: number; message?: string };
      return { error: { code: code ?? -32603, message } };
    }
  };
});
afterEach(async () => {
  await server.close();
  rmSync(dataDir, { recursive: true, force: true });
});

function events(): LedgerEvent[] {
  return Array.from({ length: random.below(5) }, (): LedgerEvent => {
    if (random.chance(0.1)) return { kind: "closed", who: random.pick(ACCOUNTS) };
    const [from, to] = [random.pick(ACCOUNTS), random.pick(ACCOUNTS)];
    return { kind: "moved", from, to, amount: BigInt(random.below(1_000)) };
  });
}

/** Mines, and now and then reorganizes, until told to stop. */
async function keepMining(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    if (random.chance(0.1)) chain.reorg(1 + random.below(5), events(), events());
    else chain.mine(events());
    await sleep(5);
  }
}

function startIndexer(): { child: ChildProcess; hashes: string[] } {
  const script = join(import.meta.dirname, "indexer-child.ts");
  const child = spawn(process.execPath, [script, dataDir, `http://${server.host}`], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const hashes: string[] = [];
  child.stdout?.on("data", (data: Buffer) => hashes.push(...data.toString().trim().split("\n")));
  return { child, hashes };
}

async function kill(child: ChildProcess): Promise<void> {
  const exited = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await exited;
}

describe("an indexer that is killed with -9 again and again", () => {
  it("has lost nothing and doubled nothing in the end", async () => {
    const mining = new AbortController();
    const mined = keepMining(mining.signal);
    for (let round = 0; round < KILLS; round++) {
      const { child, hashes } = startIndexer();
      await expect.poll(() => hashes.length, { timeout: 30_000, interval: 5 }).toBeGreaterThan(1);
      await sleep(random.below(150));
      await kill(child);
    }
    mining.abort();
    await mined;
    chain.mine(events());
    const { child, hashes } = startIndexer();
    await expect.poll(() => hashes.at(-1), { timeout: 30_000 }).toBe(chain.head.hash);
    await kill(child);

    const database = createEmbeddedDatabase({ logger: createSilentLogger() }, { dataDir });
    await database.start(AbortSignal.timeout(30_000));
    expect(await storedState(database)).toEqual(expectedState(chain.blocks, 1n));
    const { rows } = await readFeed(database, { after: 0, limit: 1_000_000 });
    expect(rows.map((row) => row.sequenceId)).toEqual(rows.map((_, index) => index + 1));
    await database.stop();
  }, 120_000);
});
