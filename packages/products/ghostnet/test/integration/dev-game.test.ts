import { ghostCoreAbi } from "@ghostchain/contracts";
import { createSilentLogger, systemClock } from "@ghostchain/service";
import { http, parseEventLogs } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { deployGhostnet } from "../../src/dev/deploy-ghostnet.ts";
import { DevChain } from "../../src/dev/dev-chain.ts";
import { createPlayers } from "../../src/dev/players.ts";
import { createScanKeeper } from "../../src/dev/scan-keeper.ts";
import { findAnvil, startAnvil } from "./anvil.ts";

const anvil = findAnvil();
if (!anvil && process.env.CI) throw new Error("CI needs the anvil binary that npm installs");
if (!anvil) console.warn("dev game: skipped, npm has no anvil for this platform");

describe.skipIf(!anvil)("the game on a dev chain", () => {
  let node: Awaited<ReturnType<typeof startAnvil>>;
  let chain: DevChain;

  beforeAll(async () => {
    node = await startAnvil(anvil ?? "", ["--block-time", "1", "--slots-in-an-epoch", "1"]);
    chain = new DevChain(http(node.url));
  });
  afterAll(() => node.stop());

  it("is deployed once, wherever it is taken up", async () => {
    const first = await deployGhostnet(chain);
    const nonce = await deployerNonce();
    expect(await deployGhostnet(chain)).toEqual(first);
    expect(await deployerNonce()).toBe(nonce);
    const levels = await chain.client.readContract({
      address: first.ghostCore,
      abi: ghostCoreAbi,
      functionName: "levels",
    });
    expect(levels.map(({ scanInterval }) => scanInterval)).toEqual([0, 180, 90, 45, 20]);
  });

  it("is played and scanned", async () => {
    const deployment = await deployGhostnet(chain);
    const deps = { chain, deployment, clock: systemClock, logger: createSilentLogger() };
    const keeper = createScanKeeper(deps);
    const players = createPlayers(deps, { count: 6 });
    await keeper.start(AbortSignal.timeout(10_000));
    await players.start(AbortSignal.timeout(10_000));
    try {
      const seen = new Set<string>();
      for (const untilMs = Date.now() + 100_000; Date.now() < untilMs; ) {
        const logs = await chain.client.getLogs({ address: deployment.ghostCore, fromBlock: 0n });
        for (const { eventName } of parseEventLogs({ abi: ghostCoreAbi, logs }))
          seen.add(eventName);
        if (seen.has("JackedIn") && seen.has("ScanClosed") && seen.has("Extracted")) return;
        await systemClock.sleep(500);
      }
      throw new Error(`in 100 s there was only ${[...seen].join(", ")}`);
    } finally {
      await players.stop();
      await keeper.stop();
    }
  }, 120_000);

  function deployerNonce(): Promise<number> {
    return chain.client.getTransactionCount({ address: chain.account("deployer").account.address });
  }
});
