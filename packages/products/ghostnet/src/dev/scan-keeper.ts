import { ghostCoreAbi, traceScanAbi } from "@ghostchain/contracts";
import type { Clock, Logger, Service } from "@ghostchain/service";
import { type Address, type Hash, parseEventLogs } from "viem";
import { deployGhostnet, type GhostnetDeployment } from "./deploy-ghostnet.ts";
import type { DevAccount, DevChain } from "./dev-chain.ts";

export interface ScanKeeperDeps {
  readonly chain: DevChain;
  readonly deployment: GhostnetDeployment;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whom a game that is deployed again lets sign boosts. */
  readonly boostSigners?: () => Promise<readonly Address[]>;
}

const TICK_MS = 500;
const RETRY_MS = 2_000;
/** Addresses in one transaction: some 40,000 gas each. */
const BATCH = 50;
/** Blocks of logs in one request. */
const LOG_RANGE = 2_000n;
const SURVIVES = 1;
const DIES = 2;

/**
 * Runs the scans: executes those that are due, submits who died and who survived, closes what is complete, and
 * triggers the system reset. Anyone may do all of it; on a dev chain someone must, and deploy the game again when the
 * chain was reset.
 */
export function createScanKeeper(deps: ScanKeeperDeps): Service {
  return new ScanKeeper(deps);
}

type LevelView = Awaited<ReturnType<ScanKeeper["levels"]>>[number];

class ScanKeeper implements Service {
  readonly name = "scan-keeper";
  readonly #deps: ScanKeeperDeps;
  readonly #logger: Logger;
  readonly #keeper: DevAccount;
  readonly #stopping = new AbortController();
  /** Everyone who ever jacked in; the contract says who of them counts. */
  readonly #players = new Set<Address>();
  #nextLogBlock = 0n;
  #inTrouble = false;
  #running: Promise<void> | undefined;

  constructor(deps: ScanKeeperDeps) {
    this.#deps = deps;
    this.#logger = deps.logger.child({ module: "scan-keeper" });
    this.#keeper = deps.chain.account("keeper");
  }

  async start(signal: AbortSignal): Promise<void> {
    await this.#deps.chain.fundGas([this.#keeper.account.address], signal);
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.#round();
        this.#inTrouble = false;
        await this.#deps.clock.sleep(TICK_MS, signal);
      } catch (error) {
        if (signal.aborted) return;
        await this.#recover(error);
        await this.#deps.clock.sleep(RETRY_MS, signal).catch(() => {});
      }
    }
  }

  /** A chain that is away comes back; one that was reset, as by `anvil_reset`, needs the game deployed again. */
  async #recover(error: unknown): Promise<void> {
    const { chain, deployment } = this.#deps;
    const { signal } = this.#stopping;
    // told once, however often it is tried
    const level = this.#inTrouble ? "debug" : "warn";
    this.#inTrouble = true;
    this.#logger[level]({ err: error }, "a scan did not go through; trying again");
    try {
      if (await chain.client.getCode({ address: deployment.ghostCore })) return;
      this.#logger.warn("the chain was reset and the game is gone; deploying it again");
      const boostSigners = await this.#deps.boostSigners?.();
      await deployGhostnet(chain, { signal, ...(boostSigners ? { boostSigners } : {}) });
      await chain.fundGas([this.#keeper.account.address], signal);
    } catch (again) {
      if (!signal.aborted) this.#logger.debug({ err: again }, "the chain is away");
    }
  }

  async #round(): Promise<void> {
    const { chain } = this.#deps;
    await this.#meetPlayers();
    // of the block to come: a chain that only mines when it is sent something has an old newest block
    const { timestamp } = await chain.client.getBlock({ blockTag: "pending" });
    for (const level of await this.levels()) {
      if (level.scanOpenUntil > 0n) await this.#finishScan(level, timestamp);
      else if (this.#isDue(level, timestamp)) await this.#scan(level);
    }
    await this.#resetIfDue(timestamp);
  }

  levels() {
    const { chain, deployment } = this.#deps;
    return chain.client.readContract({
      address: deployment.ghostCore,
      abi: ghostCoreAbi,
      functionName: "levels",
    });
  }

  #isDue(level: LevelView, timestamp: bigint): boolean {
    return level.positions > 0 && level.nextScanAt > 0n && timestamp >= level.nextScanAt;
  }

  async #scan(level: LevelView): Promise<void> {
    await this.#send("executeScan", [level.level]);
    this.#logger.info({ level: level.level, positions: level.positions }, "scan executed");
    await this.#submitOutcomes(level.level);
  }

  /** A scan whose outcome was not submitted in one go, for instance because this process was stopped. */
  async #finishScan(level: LevelView, timestamp: bigint): Promise<void> {
    if (timestamp < level.scanOpenUntil) await this.#submitOutcomes(level.level);
    else await this.#close(level.level);
  }

  async #submitOutcomes(level: number): Promise<void> {
    const { chain, deployment } = this.#deps;
    await this.#meetPlayers();
    const players = [...this.#players];
    for (let from = 0; from < players.length; from += BATCH) {
      const users = players.slice(from, from + BATCH);
      const outcomes = await chain.client.readContract({
        address: deployment.traceScan,
        abi: traceScanAbi,
        functionName: "outcomes",
        args: [level, users],
      });
      const dead = users.filter((_, index) => outcomes[index] === DIES);
      const survivors = users.filter((_, index) => outcomes[index] === SURVIVES);
      if (dead.length > 0) await this.#send("submitDeaths", [level, dead]);
      if (survivors.length > 0) await this.#send("submitSurvivors", [level, survivors]);
    }
  }

  async #close(level: number): Promise<void> {
    const { chain, deployment } = this.#deps;
    const core = { address: deployment.ghostCore, abi: ghostCoreAbi } as const;
    const closing = { ...core, functionName: "closeScan", args: [level] } as const;
    await chain.mined(
      await this.#keeper.wallet.writeContract({ ...closing, chain: null }),
      this.#stopping.signal,
    );
  }

  async #resetIfDue(timestamp: bigint): Promise<void> {
    const { chain, deployment } = this.#deps;
    const core = { address: deployment.ghostCore, abi: ghostCoreAbi } as const;
    const deadline = await chain.client.readContract({ ...core, functionName: "deadline" });
    if (timestamp < deadline) return;
    const reset = { ...core, functionName: "triggerSystemReset" } as const;
    await chain.mined(
      await this.#keeper.wallet.writeContract({ ...reset, chain: null }),
      this.#stopping.signal,
    );
  }

  async #send(
    functionName: "executeScan" | "submitDeaths" | "submitSurvivors",
    args: readonly [number] | readonly [number, readonly Address[]],
  ): Promise<Hash> {
    const { chain, deployment } = this.#deps;
    const hash = await this.#keeper.wallet.writeContract({
      address: deployment.traceScan,
      abi: traceScanAbi,
      functionName,
      args,
      chain: null,
    } as Parameters<DevAccount["wallet"]["writeContract"]>[0]);
    await chain.mined(hash, this.#stopping.signal);
    return hash;
  }

  /** Reads who jacked in since the last look, a bounded range at a time. */
  async #meetPlayers(): Promise<void> {
    const { chain, deployment } = this.#deps;
    const head = await chain.client.getBlockNumber();
    // a chain that was reset or reverted is read again from the start
    if (head + 1n < this.#nextLogBlock) this.#nextLogBlock = 0n;
    while (this.#nextLogBlock <= head) {
      this.#stopping.signal.throwIfAborted();
      const toBlock = min(this.#nextLogBlock + LOG_RANGE - 1n, head);
      const logs = await chain.client.getLogs({
        address: deployment.ghostCore,
        fromBlock: this.#nextLogBlock,
        toBlock,
      });
      for (const { args } of parseEventLogs({ abi: ghostCoreAbi, eventName: "JackedIn", logs })) {
        this.#players.add(args.user);
      }
      this.#nextLogBlock = toBlock + 1n;
    }
  }
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
