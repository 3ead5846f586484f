import { dataTokenAbi, ghostCoreAbi } from "@ghostchain/contracts";
import {
  type Account,
  type Address,
  createPublicClient,
  createWalletClient,
  type Hash,
  http,
  type PublicClient,
  parseEther,
  type TransactionReceipt,
  type WalletClient,
} from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { createSiweMessage } from "viem/siwe";
import type { Network } from "./ghost-process.ts";

const STAKE = parseEther("120");

/** Someone with a wallet, who uses only what anyone could: JSON-RPC, the contracts' ABIs and the API. */
export class GamePlayer {
  readonly account: Account;
  readonly chain: PublicClient;
  readonly #network: Network;
  readonly #wallet: WalletClient;

  constructor(network: Network, account: Account = privateKeyToAccount(generatePrivateKey())) {
    this.account = account;
    this.#network = network;
    this.chain = createPublicClient({ transport: http(network.rpcUrl), cacheTime: 0 });
    this.#wallet = createWalletClient({ account: this.account, transport: http(network.rpcUrl) });
  }

  get address(): Address {
    return this.account.address;
  }

  /** The same person where things are now. */
  withNetwork(network: Network): GamePlayer {
    return new GamePlayer(network, this.account);
  }

  /** Ether from an account of the dev chain, DATA from whoever holds the supply, and an approval. */
  async equip(): Promise<void> {
    const { DataToken, GhostCore } = this.#network.contracts;
    const faucet = createWalletClient({ transport: http(this.#network.rpcUrl) });
    const [giver] = await faucet.getAddresses();
    if (!giver) throw new Error("the chain has no account to take from");
    const gift = { account: giver, to: this.address, value: parseEther("5"), chain: null };
    await this.mined(await faucet.sendTransaction(gift));
    const token = { address: DataToken.address, abi: dataTokenAbi, chain: null } as const;
    const paid = await faucet.writeContract({
      ...token,
      functionName: "transfer",
      args: [this.address, parseEther("1000")],
      account: giver,
    });
    await this.mined(paid);
    const approved = await this.#wallet.writeContract({
      ...token,
      functionName: "approve",
      args: [GhostCore.address, parseEther("1000000")],
      account: this.account,
    });
    await this.mined(approved);
  }

  /** @returns the stake in wei, as the feed writes it */
  async jackIn(level: number): Promise<{ amount: string; hash: Hash }> {
    const hash = await this.#wallet.writeContract({
      address: this.#network.contracts.GhostCore.address,
      abi: ghostCoreAbi,
      functionName: "jackIn",
      args: [STAKE, level],
      account: this.account,
      chain: null,
    });
    await this.mined(hash);
    return { amount: STAKE.toString(), hash };
  }

  async extract(): Promise<Hash> {
    const hash = await this.#wallet.writeContract({
      address: this.#network.contracts.GhostCore.address,
      abi: ghostCoreAbi,
      functionName: "extract",
      account: this.account,
      chain: null,
    });
    await this.mined(hash);
    return hash;
  }

  async mined(hash: Hash): Promise<TransactionReceipt> {
    const receipt = await this.chain.waitForTransactionReceipt({ hash, pollingInterval: 100 });
    if (receipt.status !== "success") throw new Error(`${hash} was reverted`);
    return receipt;
  }

  /** Logs in as a wallet does (EIP-4361) and returns a single-use ticket for the gateway. */
  async gatewayTicket(apiUrl: string): Promise<string> {
    const { nonce, issuedAt } = await json(await fetch(`${apiUrl}/auth/nonce`));
    const message = createSiweMessage({
      address: this.address,
      chainId: this.#network.chainId,
      domain: new URL(apiUrl).host,
      uri: apiUrl,
      nonce: nonce as string,
      issuedAt: new Date(issuedAt as number),
      version: "1",
    });
    const signature = await this.#wallet.signMessage({ account: this.account, message });
    const verify = { method: "POST", headers: { "content-type": "application/json" } };
    const body = JSON.stringify({ message, signature });
    const { token } = await json(await fetch(`${apiUrl}/auth/verify`, { ...verify, body }));
    const authorized = { method: "POST", headers: { authorization: `Bearer ${token as string}` } };
    const { ticket } = await json(await fetch(`${apiUrl}/auth/ws-ticket`, authorized));
    return ticket as string;
  }
}

async function json(response: Response): Promise<Record<string, unknown>> {
  const body = (await response.json()) as Record<string, unknown>;
  if (!response.ok) throw new Error(`${response.url}: ${response.status} ${JSON.stringify(body)}`);
  return body;
}
