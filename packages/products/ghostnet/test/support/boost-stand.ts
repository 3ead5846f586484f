import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dataTokenAbi, ghostCoreAbi } from "@ghostchain/contracts";
import { FakeClock, type Logger } from "@ghostchain/service";
import { findAnvil, startAnvil } from "@ghostchain/tools/anvil";
import {
  type Address,
  BaseError,
  ContractFunctionRevertedError,
  type Hex,
  http,
  maxUint256,
  parseEther,
  parseEventLogs,
} from "viem";
import { generatePrivateKey, privateKeyToAddress } from "viem/accounts";
import { openBoostKeys } from "../../src/boosts/boost-keys.ts";
import {
  type BoostSigner,
  createBoostSigner,
  type SignedBoost,
} from "../../src/boosts/boost-signer.ts";
import { deployGhostnet, type GhostnetDeployment } from "../../src/dev/deploy-ghostnet.ts";
import { type DevAccount, DevChain } from "../../src/dev/dev-chain.ts";
import { createGhostnet } from "../../src/ghostnet.ts";
import type { TypingClaim } from "../../src/typing/judge-typing.ts";
import { type Answer, GameApi } from "./game-api.ts";
import { playHonestly, type Typist } from "./human-typist.ts";

export const anvil = findAnvil();
if (!anvil && process.env.CI) throw new Error("CI needs the anvil binary that npm installs");
if (!anvil) console.warn("boosts: skipped, npm has no anvil for this platform");

const TYPIST: Typist = { seed: 7, wpm: 76, unevenness: 0.5, mistakes: 0.02, corrected: 1 };
const STAKE = parseEther("120");

/** A chain with the game, a key file, and two API processes that sign with it. Their clock moves when told to. */
export class BoostStand {
  readonly clock = new FakeClock(Date.now());
  readonly directory = mkdtempSync(join(tmpdir(), "ghost-boost-"));
  readonly keyFile = join(this.directory, "boost-signer.key");
  readonly privateKey: Hex = generatePrivateKey();
  readonly #logger: Logger;
  #node: Awaited<ReturnType<typeof startAnvil>> | undefined;
  #parts: { chain: DevChain; deployment: GhostnetDeployment; api: GameApi } | undefined;
  #seed = 0;

  private constructor(logger: Logger) {
    this.#logger = logger;
  }

  static async open(logger: Logger): Promise<BoostStand> {
    const stand = new BoostStand(logger);
    await stand.#start();
    return stand;
  }

  async #start(): Promise<void> {
    this.writeKeys(this.privateKey);
    this.#node = await startAnvil(anvil ?? "");
    const chain = new DevChain(http(this.#node.url));
    const boostSigners = [privateKeyToAddress(this.privateKey)];
    const deployment = await deployGhostnet(chain, { boostSigners });
    const signers: BoostSigner[] = [await this.signer(deployment), await this.signer(deployment)];
    const api = await GameApi.open({
      clock: this.clock,
      logger: this.#logger,
      product: () => {
        const boosts = signers.pop();
        const deps = { clock: this.clock, ...(boosts ? { boosts } : {}) };
        return createGhostnet(deps, { ...deployment, startBlock: 0n });
      },
    });
    this.#parts = { chain, deployment, api };
  }

  /** As in a process of its own. */
  async signer(deployment: GhostnetDeployment): Promise<BoostSigner> {
    const keys = await openBoostKeys({ logger: this.#logger }, this.keyFile);
    const transport = http(this.#node?.url);
    const settings = { chainId: 31_337, ghostCore: deployment.ghostCore };
    return createBoostSigner({ keys, transport, clock: this.clock }, settings);
  }

  get chain() {
    return this.#opened.chain;
  }
  get deployment() {
    return this.#opened.deployment;
  }
  get api() {
    return this.#opened.api;
  }
  get core() {
    return { address: this.deployment.ghostCore, abi: ghostCoreAbi } as const;
  }

  get #opened() {
    if (this.#parts === undefined) throw new Error("the stand was not started");
    return this.#parts;
  }

  writeKeys(...keys: readonly Hex[]): void {
    writeFileSync(this.keyFile, `# keys\n${keys.join("\n")}\n`, { mode: 0o600 });
  }

  /** An account with a position on the chain, which the tables know of. */
  async player(name: string): Promise<DevAccount> {
    const player = this.chain.account(`typist:${name}`);
    const { address } = player.account;
    await this.chain.fundGas([address]);
    const token = { address: this.deployment.dataToken, abi: dataTokenAbi, chain: null } as const;
    const deployer = this.chain.account("deployer");
    const gift = { ...token, functionName: "transfer", args: [address, STAKE * 2n] } as const;
    await this.chain.mined(await deployer.wallet.writeContract(gift));
    const allowance = [this.deployment.ghostCore, maxUint256] as const;
    const approval = { ...token, functionName: "approve", args: allowance } as const;
    await this.chain.mined(await player.wallet.writeContract(approval));
    const stake = { ...this.core, functionName: "jackIn", args: [STAKE, 1], chain: null } as const;
    await this.chain.mined(await player.wallet.writeContract(stake));
    await this.api.database.query(
      `INSERT INTO ghostnet.positions (id, user_address, level, amount, entry_at, alive, tx_hash_in)
       VALUES ($1, $1, 1, $2, now(), true, $1)`,
      [address.toLowerCase(), STAKE],
    );
    return player;
  }

  /** A challenge, and an honest game of it that has just ended. */
  async game(
    user: Address,
    typist: Partial<Typist> = {},
  ): Promise<TypingClaim & { challengeId: string }> {
    const { status, body } = await this.api.post("/minigame/typing/challenge", { as: user });
    if (status !== 200) throw new Error(`no challenge: ${JSON.stringify(body)}`);
    this.#seed += 1;
    const how = { ...TYPIST, seed: this.#seed, ...typist };
    await this.clock.advance(Math.ceil((body.command.length * 12_000) / how.wpm) + 500);
    const claim = playHonestly(body.command, how, this.clock.now());
    return { ...claim, challengeId: body.challengeId };
  }

  handIn(user: Address, body: object, instance = 0): Promise<Answer> {
    return this.api.post("/minigame/typing/result", { as: user, body, instance });
  }

  /** @returns the event, or the name of the contract's error */
  async apply(player: DevAccount, boost: SignedBoost) {
    const { type, valueBps, expiry, nonce, signature } = boost;
    const call = {
      ...this.core,
      functionName: "applyBoost",
      args: [type, valueBps, BigInt(expiry), nonce, signature],
    } as const;
    try {
      await this.chain.client.simulateContract({ ...call, account: player.account });
    } catch (error) {
      const reverted =
        error instanceof BaseError
          ? error.walk((cause) => cause instanceof ContractFunctionRevertedError)
          : undefined;
      if (!(reverted instanceof ContractFunctionRevertedError)) throw error;
      return reverted.data?.errorName ?? "unknown";
    }
    const hash = await player.wallet.writeContract({ ...call, chain: null });
    const { logs } = await this.chain.mined(hash);
    return parseEventLogs({ abi: ghostCoreAbi, eventName: "BoostApplied", logs })[0]?.args;
  }

  async close(): Promise<void> {
    await this.#parts?.api.close();
    await this.#node?.stop();
    rmSync(this.directory, { recursive: true });
  }
}
