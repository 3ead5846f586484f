import { dataTokenAbi, ghostCoreAbi } from "@ghostchain/contracts";
import type { Clock, Logger, Service } from "@ghostchain/service";
import { type Address, type Hash, maxUint256, parseEther } from "viem";
import { chooseMove, type Move, type PlayerView } from "./choose-move.ts";
import type { GhostnetDeployment } from "./deploy-ghostnet.ts";
import type { DevAccount, DevChain } from "./dev-chain.ts";
import { createRandom } from "./random.ts";

export interface PlayersDeps {
  readonly chain: DevChain;
  readonly deployment: GhostnetDeployment;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface PlayersSettings {
  /** 0 to 500 */
  readonly count: number;
  readonly seed?: number;
}

const PURSE_WEI = parseEther("5000");
/** Less than the dearest stake there is: what VAULT asks at its most. */
const POOR_WEI = parseEther("800");
const PAUSE_MIN_MS = 2_000;
const PAUSE_MAX_MS = 9_000;

/** Simulated players: each has a key, some DATA, and sends real signed transactions at its own pace. */
export function createPlayers(deps: PlayersDeps, settings: PlayersSettings): Service {
  return new Players(deps, settings);
}

/** Of the `index`th account. */
export function playerName(index: number): string {
  return `player:${index}`;
}

class Players implements Service {
  readonly name = "players";
  readonly #deps: PlayersDeps;
  readonly #logger: Logger;
  readonly #accounts: DevAccount[];
  readonly #seed: number;
  readonly #stopping = new AbortController();
  #running: Promise<void>[] = [];
  /** One at a time: the giver's transactions are numbered. */
  #giving: Promise<void> = Promise.resolve();

  constructor(deps: PlayersDeps, settings: PlayersSettings) {
    this.#deps = deps;
    this.#logger = deps.logger.child({ module: "players" });
    this.#seed = settings.seed ?? 1;
    this.#accounts = Array.from({ length: settings.count }, (_, index) =>
      deps.chain.account(playerName(index)),
    );
  }

  /** Returns at once: nobody waits for a player. */
  async start(): Promise<void> {
    this.#running = [this.#enter()];
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#running);
  }

  async #enter(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.#equip(this.#accounts);
        this.#running.push(...this.#accounts.map((player, index) => this.#play(player, index)));
        return;
      } catch (error) {
        if (signal.aborted) return;
        this.#logger.warn({ err: error }, "the players could not be equipped; trying again");
        await this.#pause(PAUSE_MIN_MS);
      }
    }
  }

  /** Gas money, DATA and an approval for everyone who lacks them. */
  async #equip(players: readonly DevAccount[]): Promise<void> {
    const { chain, deployment } = this.#deps;
    const { signal } = this.#stopping;
    await chain.fundGas(
      players.map(({ account }) => account.address),
      signal,
    );
    const deployer = chain.account("deployer");
    const token = { address: deployment.dataToken, abi: dataTokenAbi, chain: null } as const;
    const sent: Hash[] = [];
    for (const player of players) {
      signal.throwIfAborted();
      const { address } = player.account;
      if ((await this.#balance(address)) < POOR_WEI) {
        const gift = { ...token, functionName: "transfer", args: [address, PURSE_WEI] } as const;
        sent.push(await deployer.wallet.writeContract(gift));
      }
      const pair = [address, deployment.ghostCore] as const;
      const asked = { ...token, functionName: "allowance", args: pair } as const;
      if ((await chain.client.readContract(asked)) < maxUint256 / 2n) {
        const approved = [deployment.ghostCore, maxUint256] as const;
        const approval = { ...token, functionName: "approve", args: approved } as const;
        sent.push(await player.wallet.writeContract(approval));
      }
    }
    for (const hash of sent) await chain.mined(hash, signal);
  }

  /** Who lost everything begins anew, or the game would die out. */
  #refill(player: DevAccount): Promise<void> {
    const turn = this.#giving.then(() => this.#equip([player]));
    this.#giving = turn.catch(() => {});
    return turn;
  }

  async #play(player: DevAccount, index: number): Promise<void> {
    const { signal } = this.#stopping;
    const random = createRandom(this.#seed * 1_000 + index);
    while (!signal.aborted) {
      await this.#pause(random() * (index === 0 ? PAUSE_MIN_MS : PAUSE_MAX_MS));
      if (signal.aborted) return;
      try {
        const view = await this.#view(player.account.address);
        if (view.level === 0 && view.balanceWei < POOR_WEI) await this.#refill(player);
        else await this.#move(player, chooseMove(view, random));
      } catch (error) {
        // refused by a rule (a lock before a scan, say) or a chain that is away: part of the game
        this.#logger.debug({ err: error, index }, "a move was refused");
        await this.#pause(PAUSE_MIN_MS);
      }
    }
  }

  async #view(address: Address): Promise<PlayerView> {
    const { chain, deployment } = this.#deps;
    const position = await chain.client.readContract({
      address: deployment.ghostCore,
      abi: ghostCoreAbi,
      functionName: "position",
      args: [address],
    });
    return {
      level: position.level,
      amountWei: position.amount,
      rewardsWei: position.rewards,
      balanceWei: await this.#balance(address),
    };
  }

  /** Tried out before it is sent, so that refused moves cost nothing. */
  async #move(player: DevAccount, move: Move): Promise<void> {
    const { chain, deployment } = this.#deps;
    const core = { address: deployment.ghostCore, abi: ghostCoreAbi } as const;
    const account = player.account;
    switch (move.kind) {
      case "wait":
        return;
      case "jackIn": {
        const call = {
          ...core,
          functionName: "jackIn",
          args: [move.amountWei, move.level],
        } as const;
        await chain.client.simulateContract({ ...call, account });
        return this.#done(await player.wallet.writeContract({ ...call, chain: null }));
      }
      case "extract": {
        const call = { ...core, functionName: "extract" } as const;
        await chain.client.simulateContract({ ...call, account });
        return this.#done(await player.wallet.writeContract({ ...call, chain: null }));
      }
      case "claim": {
        const call = { ...core, functionName: "claimRewards" } as const;
        await chain.client.simulateContract({ ...call, account });
        return this.#done(await player.wallet.writeContract({ ...call, chain: null }));
      }
    }
  }

  async #done(hash: Hash): Promise<void> {
    await this.#deps.chain.mined(hash, this.#stopping.signal);
  }

  #balance(address: Address): Promise<bigint> {
    const { chain, deployment } = this.#deps;
    return chain.client.readContract({
      address: deployment.dataToken,
      abi: dataTokenAbi,
      functionName: "balanceOf",
      args: [address],
    });
  }

  /** Ends early when the players are stopped. */
  #pause(durationMs: number): Promise<void> {
    return this.#deps.clock.sleep(durationMs, this.#stopping.signal).catch(() => {});
  }
}
