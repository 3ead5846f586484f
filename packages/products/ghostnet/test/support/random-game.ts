import { setTimeout as sleep } from "node:timers/promises";
import { dataTokenAbi, ghostCoreAbi, traceScanAbi } from "@ghostchain/contracts";
import { type Address, type Hex, parseEther, toHex } from "viem";
import type { GhostnetDeployment } from "../../src/dev/deploy-ghostnet.ts";
import type { DevAccount, DevChain } from "../../src/dev/dev-chain.ts";
import { createRandom } from "../../src/dev/random.ts";

const DIES = 2;
const SURVIVES = 1;
const BOOST = {
  Boost: [
    { name: "user", type: "address" },
    { name: "boostType", type: "uint8" },
    { name: "valueBps", type: "uint16" },
    { name: "expiry", type: "uint64" },
    { name: "nonce", type: "bytes32" },
  ],
} as const;

/** Plays the contracts at random on a chain whose time can be moved, from a seed. Refused moves are part of it. */
export class RandomGame {
  readonly players: readonly DevAccount[];
  readonly #chain: DevChain;
  readonly #at: GhostnetDeployment;
  readonly #random: () => number;
  #boosts = 0;

  constructor(
    chain: DevChain,
    at: GhostnetDeployment,
    settings: { seed: number; players: number },
  ) {
    this.#chain = chain;
    this.#at = at;
    this.#random = createRandom(settings.seed);
    this.players = Array.from({ length: settings.players }, (_, i) => chain.account(`random:${i}`));
  }

  async equip(): Promise<void> {
    await this.#chain.fundGas(this.players.map(({ account }) => account.address));
    const deployer = this.#chain.account("deployer");
    const token = { address: this.#at.dataToken, abi: dataTokenAbi, chain: null } as const;
    for (const player of this.players) {
      const { address } = player.account;
      const gift = [address, parseEther("50000")] as const;
      await deployer.wallet.writeContract({ ...token, functionName: "transfer", args: gift });
      const allowance = [this.#at.ghostCore, parseEther("50000")] as const;
      await player.wallet.writeContract({ ...token, functionName: "approve", args: allowance });
    }
    await this.#core(deployer, "setBoostSigner", [deployer.account.address]);
  }

  /** Returns when all that was sent is mined. */
  async play(steps: number): Promise<void> {
    for (let step = 0; step < steps; step++) await this.#step();
    for (const { account } of this.players) {
      while ((await this.#nonce(account.address, "pending")) > (await this.#nonce(account.address)))
        await sleep(5);
    }
  }

  #nonce(address: Address, blockTag: "pending" | "latest" = "latest"): Promise<number> {
    return this.#chain.client.getTransactionCount({ address, blockTag });
  }

  async #step(): Promise<void> {
    const player = this.players[this.#below(this.players.length)] as DevAccount;
    const dice = this.#random();
    if (dice < 0.35) {
      const wei = parseEther("100") + BigInt(this.#below(1e9)) * 1_234_567_891n;
      await this.#core(player, "jackIn", [wei, 1 + this.#below(5)]);
    } else if (dice < 0.45) await this.#core(player, "extract", []);
    else if (dice < 0.52) await this.#core(player, "claimRewards", []);
    else if (dice < 0.6) await this.#boost(player);
    else if (dice < 0.63) await this.#core(player, "settle", [player.account.address, 1n]);
    else if (dice < 0.85) await this.#scan(2 + this.#below(4));
    else if (dice < 0.97) await this.#pass(1 + this.#below(30));
    else await this.#pass(3_600);
    if (dice > 0.9) await this.#core(player, "triggerSystemReset", []);
  }

  async #scan(level: number): Promise<void> {
    const player = this.players[0] as DevAccount;
    await this.#traceScan(player, "executeScan", [level]);
    const users = this.players.map(({ account }) => account.address);
    const outcomes = await this.#chain.client.readContract({
      ...{ address: this.#at.traceScan, abi: traceScanAbi, functionName: "outcomes" },
      args: [level, users],
    });
    const some = users.filter(() => this.#random() < 0.8);
    const of = (outcome: number) =>
      some.filter((user) => outcomes[users.indexOf(user)] === outcome);
    if (of(DIES).length > 0) await this.#traceScan(player, "submitDeaths", [level, of(DIES)]);
    if (of(SURVIVES).length > 0) {
      await this.#traceScan(player, "submitSurvivors", [level, of(SURVIVES)]);
    }
  }

  async #boost(player: DevAccount): Promise<void> {
    const { timestamp } = await this.#chain.client.getBlock();
    this.#boosts += 1;
    const message = {
      user: player.account.address,
      boostType: this.#below(2),
      valueBps: 1 + this.#below(2_500),
      expiry: timestamp + BigInt(1 + this.#below(600)),
      nonce: toHex(this.#boosts, { size: 32 }),
    };
    const deployer = this.#chain.account("deployer");
    const signature = await deployer.wallet.signTypedData({
      domain: {
        ...{ name: "GHOSTNET", version: "1", verifyingContract: this.#at.ghostCore },
        chainId: await this.#chain.client.getChainId(),
      },
      ...{ types: BOOST, primaryType: "Boost", message },
    });
    const { boostType, valueBps, expiry, nonce } = message;
    await this.#core(player, "applyBoost", [boostType, valueBps, expiry, nonce, signature]);
  }

  /** The chain's own clock goes on; a block shows it. */
  async #pass(seconds: number): Promise<void> {
    const request = this.#chain.client.request as (call: {
      method: string;
      params: unknown[];
    }) => Promise<Hex>;
    await request({ method: "evm_increaseTime", params: [seconds] });
    await request({ method: "evm_mine", params: [] });
  }

  #core(player: DevAccount, functionName: string, args: readonly unknown[]): Promise<void> {
    return this.#attempt(
      player,
      { address: this.#at.ghostCore, abi: ghostCoreAbi },
      functionName,
      args,
    );
  }

  #traceScan(player: DevAccount, functionName: string, args: readonly unknown[]): Promise<void> {
    return this.#attempt(
      player,
      { address: this.#at.traceScan, abi: traceScanAbi },
      functionName,
      args,
    );
  }

  async #attempt(
    player: DevAccount,
    contract: { address: `0x${string}`; abi: typeof ghostCoreAbi | typeof traceScanAbi },
    functionName: string,
    args: readonly unknown[],
  ): Promise<void> {
    const call = { ...contract, functionName, args, chain: null, account: player.account };
    try {
      // refused already when gas is estimated
      await player.wallet.writeContract(call as never);
    } catch (error) {
      if (!/revert/.test(String(error))) throw error;
    }
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }
}
