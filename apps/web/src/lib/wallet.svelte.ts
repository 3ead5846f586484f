import { createStore, type EIP6963ProviderDetail } from "mipd";
import {
  type Address,
  BaseError,
  ContractFunctionRevertedError,
  createPublicClient,
  createWalletClient,
  custom,
  http,
  type PublicClient,
  parseAbi,
  parseEther,
  type WalletClient,
} from "viem";
import { createBurnerWallet } from "./burner-wallet.ts";
import { describeRefusal } from "./describe-refusal.ts";
import type { NetworkInfo } from "./live.svelte.ts";

const DEV_CHAIN_ID = 31337;
const TOKEN = parseAbi([
  "function balanceOf(address) view returns (uint256)",
  "function allowance(address owner, address spender) view returns (uint256)",
  "function approve(address spender, uint256 amount) returns (bool)",
  "function transfer(address to, uint256 amount) returns (bool)",
]);
const CORE = parseAbi([
  "struct PositionView { uint8 level; uint256 amount; uint256 rewards; uint32 ghostStreak; uint64 enteredAt; uint16 deathBoostBps; uint16 yieldBoostBps; }",
  "function jackIn(uint256 amount, uint8 level)",
  "function extract()",
  "function position(address user) view returns (PositionView)",
  "function applyBoost(uint8 boostType, uint16 valueBps, uint64 expiry, bytes32 nonce, bytes signature)",
  "error ScanPending(uint8 level)",
  "error LevelLocked(uint8 level, uint256 scanAt)",
  "error SameBlock()",
  "error StakeBelowMinimum(uint256 amount, uint256 minimum)",
  "error BoostExpired(uint64 expiry)",
  "error TooManyBoosts(uint256 limit)",
  "error NoPosition(address user)",
]);

/** As the API gives it for a game. */
export interface Boost {
  readonly type: number;
  readonly valueBps: number;
  readonly expiry: number;
  readonly nonce: `0x${string}`;
  readonly signature: `0x${string}`;
}

/** What the player has at stake. */
export interface Position {
  readonly level: number;
  readonly amountWei: bigint;
  readonly rewardsWei: bigint;
}

/** The wallets of this browser, the one that is connected, and what it can do here. */
export class Wallet {
  wallets = $state.raw<readonly EIP6963ProviderDetail[]>([]);
  address = $state<Address>();
  balanceWei = $state<bigint>();
  /** Undefined where nothing is at stake. */
  position = $state.raw<Position>();
  /** What is going on, or went wrong, for a person. */
  message = $state("");
  busy = $state(false);
  readonly #network: NetworkInfo;
  readonly #chain: PublicClient;
  #signer: WalletClient | undefined;

  constructor(network: NetworkInfo) {
    this.#network = network;
    this.#chain = createPublicClient({ transport: http(network.rpcUrl) });
    const burner = this.isDevChain ? [createBurnerWallet(network.rpcUrl, network.chainId)] : [];
    const store = createStore();
    this.wallets = [...store.getProviders(), ...burner];
    store.subscribe((found) => {
      this.wallets = [...found, ...burner];
    });
  }

  get isDevChain(): boolean {
    return this.#network.chainId === DEV_CHAIN_ID;
  }

  connect(wallet: EIP6963ProviderDetail): Promise<boolean> {
    return this.#attempt("connecting …", async () => {
      const signer = createWalletClient({ transport: custom(wallet.provider) });
      const [address] = await signer.requestAddresses();
      const chainId = await signer.getChainId();
      if (chainId !== this.#network.chainId) {
        throw new Error(`the wallet is on chain ${chainId}; switch it to ${this.#network.chainId}`);
      }
      this.#signer = signer;
      this.address = address;
      await this.refresh();
      return "";
    });
  }

  /** Stakes into a level: an approval first where it is needed, then the jump. */
  jackIn(amountWei: bigint, level: number): Promise<boolean> {
    return this.#attempt("waiting for the wallet …", async () => {
      const { account, signer } = this.#connected();
      await this.#demand(account, amountWei);
      const core = this.#network.contracts.GhostCore.address;
      const token = this.#network.contracts.DataToken.address;
      const allowed = await this.#chain.readContract({
        address: token,
        abi: TOKEN,
        functionName: "allowance",
        args: [account, core],
      });
      if (allowed < amountWei) {
        const approval = { address: token, abi: TOKEN, functionName: "approve" } as const;
        await this.#mined(
          await signer.writeContract({ ...approval, args: [core, amountWei], account, chain: null }),
        );
      }
      const jump = { address: core, abi: CORE, functionName: "jackIn" } as const;
      const args = [amountWei, level] as const;
      await this.#chain.simulateContract({ ...jump, args, account });
      await this.#mined(await signer.writeContract({ ...jump, args, account, chain: null }));
      await this.refresh();
      return "jacked in";
    });
  }

  /** Takes stake and rewards out. */
  extract(): Promise<boolean> {
    return this.#attempt("waiting for the wallet …", async () => {
      const { account, signer } = this.#connected();
      const address = this.#network.contracts.GhostCore.address;
      const exit = { address, abi: CORE, functionName: "extract" } as const;
      await this.#chain.simulateContract({ ...exit, account });
      await this.#mined(await signer.writeContract({ ...exit, account, chain: null }));
      await this.refresh();
      return "extracted";
    });
  }

  /** By EIP-191, for a login. */
  signMessage(message: string): Promise<`0x${string}`> {
    const { account, signer } = this.#connected();
    return signer.signMessage({ account, message });
  }

  /** @returns whether the chain took it */
  applyBoost({ type, valueBps, expiry, nonce, signature }: Boost): Promise<boolean> {
    return this.#attempt("waiting for the wallet …", async () => {
      const { account, signer } = this.#connected();
      const address = this.#network.contracts.GhostCore.address;
      const args = [type, valueBps, BigInt(expiry), nonce, signature] as const;
      const boost = { address, abi: CORE, functionName: "applyBoost", args } as const;
      await this.#chain.simulateContract({ ...boost, account });
      await this.#mined(await signer.writeContract({ ...boost, account, chain: null }));
      return "boosted";
    });
  }

  /** Ether for gas and DATA to play with, from the dev chain's first account. */
  fund(): Promise<boolean> {
    return this.#attempt("funding …", async () => {
      const { account } = this.#connected();
      const faucet = createWalletClient({ transport: http(this.#network.rpcUrl) });
      const [giver] = await faucet.getAddresses();
      if (!giver) throw new Error("this chain has no account to fund from");
      await this.#mined(
        await faucet.sendTransaction({ account: giver, to: account, value: parseEther("10"), chain: null }),
      );
      await this.#mined(
        await faucet.writeContract({
          address: this.#network.contracts.DataToken.address,
          abi: TOKEN,
          functionName: "transfer",
          args: [account, parseEther("1000")],
          account: giver,
          chain: null,
        }),
      );
      await this.refresh();
      return "funded";
    });
  }

  /** Balance and position as they are: both change by scans too. */
  async refresh(): Promise<void> {
    const { account } = this.#connected();
    const { DataToken, GhostCore } = this.#network.contracts;
    const args = [account] as const;
    const [balanceWei, { level, amount, rewards }] = await Promise.all([
      this.#chain.readContract({
        ...{ address: DataToken.address, abi: TOKEN, functionName: "balanceOf", args },
      }),
      this.#chain.readContract({
        ...{ address: GhostCore.address, abi: CORE, functionName: "position", args },
      }),
    ]);
    if (account !== this.address) return;
    this.balanceWei = balanceWei;
    this.position = level === 0 ? undefined : { level, amountWei: amount, rewardsWei: rewards };
  }

  /** Wallets say this in words of their own, or send what cannot succeed. */
  async #demand(account: Address, amountWei: bigint): Promise<void> {
    await this.refresh();
    const hint = this.isDevChain ? ": Get test funds" : "";
    if ((await this.#chain.getBalance({ address: account })) === 0n)
      throw new Error(`there is no ether for gas${hint}`);
    if ((this.balanceWei ?? 0n) < amountWei)
      throw new Error(`that is more DATA than you have${hint}`);
  }

  async #mined(hash: `0x${string}`): Promise<void> {
    const receipt = await this.#chain.waitForTransactionReceipt({ hash, pollingInterval: 200 });
    if (receipt.status !== "success") throw new Error("the transaction was reverted");
  }

  #connected(): { account: Address; signer: WalletClient } {
    if (!this.#signer || !this.address) throw new Error("connect a wallet first");
    return { account: this.address, signer: this.#signer };
  }

  async #attempt(doing: string, work: () => Promise<string>): Promise<boolean> {
    this.busy = true;
    this.message = doing;
    try {
      this.message = await work();
      return true;
    } catch (error) {
      this.message = shortReason(error);
      return false;
    } finally {
      this.busy = false;
    }
  }
}

/** viem's errors carry a first line made for people; of a refusal by the game it says what cannot be read. */
function shortReason(error: unknown): string {
  const refusal = error instanceof BaseError && error.walk(isRevert);
  if (refusal instanceof ContractFunctionRevertedError) {
    const said = refusal.data && describeRefusal(refusal.data.errorName, refusal.data.args ?? []);
    if (said) return said;
  }
  if (error instanceof Error && "shortMessage" in error) return String(error.shortMessage);
  return error instanceof Error ? error.message : String(error);
}

function isRevert(error: unknown): boolean {
  return error instanceof ContractFunctionRevertedError;
}
