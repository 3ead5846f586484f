import { dataTokenAbi, ghostCoreAbi } from "@ghostchain/contracts";
import { type Clock, createSilentLogger, runServices, systemClock } from "@ghostchain/service";
import { findAnvil, startAnvil } from "@ghostchain/tools/anvil";
import { http, parseEther, parseEventLogs } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { deployGhostnet, type GhostnetDeployment } from "../../src/dev/deploy-ghostnet.ts";
import { DevChain } from "../../src/dev/dev-chain.ts";
import { createPlayers } from "../../src/dev/players.ts";
import { createScanKeeper } from "../../src/dev/scan-keeper.ts";

const HURRY = 20;
/** Everyone is twenty times as quick. */
const hurriedClock: Clock = {
  now: () => systemClock.now(),
  sleep: (durationMs, signal) => systemClock.sleep(durationMs / HURRY, signal),
};
const logger = createSilentLogger();
const anvil = findAnvil();
if (!anvil && process.env.CI) throw new Error("CI needs the anvil binary that npm installs");
if (!anvil) console.warn("dev game: skipped, npm has no anvil for this platform");

let node: Awaited<ReturnType<typeof startAnvil>>;
let chain: DevChain;
let deployment: GhostnetDeployment;

describe.skipIf(!anvil)("the game on a dev chain", () => {
  beforeAll(async () => {
    // blocks come when something is sent: the keeper must not wait for them
    node = await startAnvil(anvil ?? "");
    chain = new DevChain(http(node.url));
    deployment = await deployGhostnet(chain);
  }, 60_000);
  afterAll(() => node.stop());

  it("is deployed once, wherever it is taken up", async () => {
    const nonce = await deployerNonce();
    expect(await deployGhostnet(chain)).toEqual(deployment);
    expect(await deployerNonce()).toBe(nonce);
    const { ghostCore, dataToken, traceScan } = deployment;
    const core = { address: ghostCore, abi: ghostCoreAbi } as const;
    const levels = await chain.client.readContract({ ...core, functionName: "levels" });
    expect(levels.map(({ scanInterval }) => scanInterval)).toEqual([0, 180, 90, 45, 20]);
    expect(await chain.client.getCode({ address: traceScan })).toBeTruthy();
    const exempt = { address: dataToken, abi: dataTokenAbi, functionName: "isTaxExempt" } as const;
    expect(await chain.client.readContract({ ...exempt, args: [ghostCore] })).toBe(true);
  });

  it("is played and scanned, and goes on when the chain was taken back", async () => {
    const deps = { chain, deployment, clock: hurriedClock, logger };
    const services = [createScanKeeper(deps), createPlayers(deps, { count: 6 })];
    const stop = await runServices(services, AbortSignal.timeout(10_000), logger);
    try {
      await until(["JackedIn", "Extracted", "ScanOpened", "ScanClosed"]);
      const snapshot = await request("evm_snapshot");
      const from = (await chain.client.getBlockNumber()) + 1n;
      await until(["JackedIn"], from);
      await request("evm_revert", snapshot);
      expect(await chain.client.getBlockNumber()).toBeLessThan(from + 2n);
      await until(["JackedIn", "ScanClosed"], from);
    } finally {
      await stop();
    }
  }, 120_000);

  it("does not wait for a transaction that the chain has lost", async () => {
    const beganMs = performance.now();
    await expect(chain.mined(`0x${"ab".repeat(32)}`)).rejects.toMatchObject({
      code: "TRANSACTION_NOT_MINED",
    });
    expect(performance.now() - beganMs).toBeLessThan(20_000);
  });

  it("is deployed again when the chain was reset", async () => {
    const signer = chain.account("signer").account.address;
    const boostSigners = async () => [signer];
    const deps = { chain, deployment, clock: hurriedClock, logger, boostSigners };
    const services = [createScanKeeper(deps), createPlayers(deps, { count: 2 })];
    const stop = await runServices(services, AbortSignal.timeout(10_000), logger);
    try {
      await request("anvil_reset");
      expect(await chain.client.getCode({ address: deployment.ghostCore })).toBeUndefined();
      await until(["LevelConfigured", "JackedIn"]);
      const core = { address: deployment.ghostCore, abi: ghostCoreAbi } as const;
      const trusted = { ...core, functionName: "boostSigner" } as const;
      expect(await chain.client.readContract(trusted)).toBe(signer);
    } finally {
      await stop();
    }
  }, 120_000);

  it("gives a player who lost everything a new purse", async () => {
    const players = createPlayers({ chain, deployment, clock: hurriedClock, logger }, { count: 1 });
    await players.start(AbortSignal.timeout(10_000));
    try {
      await expect.poll(purse, { timeout: 30_000 }).toBeGreaterThan(0n);
      // it goes on playing meanwhile, so a loss may come in between two of its moves, or not
      await expect.poll(ruin, { timeout: 30_000 }).toBe("ruined");
      await expect.poll(purse, { timeout: 30_000 }).toBeGreaterThan(parseEther("3000"));
    } finally {
      await players.stop();
    }
  }, 100_000);
});

const victim = () => chain.account("player:0");

function purse(): Promise<bigint> {
  const token = { address: deployment.dataToken, abi: dataTokenAbi } as const;
  const asked = { ...token, functionName: "balanceOf" } as const;
  return chain.client.readContract({ ...asked, args: [victim().account.address] });
}

async function ruin(): Promise<"ruined" | "not yet"> {
  const token = { address: deployment.dataToken, abi: dataTokenAbi, chain: null } as const;
  try {
    const args = [deployment.traceScan, await purse()] as const;
    await victim().wallet.writeContract({ ...token, functionName: "transfer", args });
    return "ruined";
  } catch {
    return "not yet";
  }
}

/** Waits for these events from a block on, while the chain's clock runs ahead of ours. */
async function until(names: readonly string[], fromBlock = 0n): Promise<void> {
  const seen = new Set<string>();
  for (const untilMs = Date.now() + 50_000; Date.now() < untilMs; ) {
    await request("evm_increaseTime", 2);
    const head = await chain.client.getBlockNumber();
    const logs =
      head < fromBlock
        ? []
        : await chain.client.getLogs({ address: deployment.ghostCore, fromBlock });
    for (const { eventName } of parseEventLogs({ abi: ghostCoreAbi, logs })) seen.add(eventName);
    if (names.every((name) => seen.has(name))) return;
    await systemClock.sleep(100);
  }
  throw new Error(`in 50 s there was only ${[...seen].join(", ")}`);
}

function deployerNonce(): Promise<number> {
  return chain.client.getTransactionCount({ address: chain.account("deployer").account.address });
}

function request(method: string, ...params: unknown[]): Promise<unknown> {
  return chain.client.request({ method, params } as never);
}
