import { createHash } from "node:crypto";
import { keccak256 } from "@ghostchain/crypto";
import { type ChainProcess, startInstantAnvil } from "../chain/chain-process.ts";
import { RpcConnections } from "../chain/rpc-connections.ts";
import { compileTransfers } from "./compile-transfers.ts";

/** Each sends from an account of its own, so that nonces never wait for one another. */
const BUILDERS = 8;

/** A chain whose blocks hold as many Transfer events as they are told to. */
export class LoadChain {
  readonly address: string;
  readonly rpcUrl: string;
  readonly port: number;
  readonly #chain: ChainProcess;
  readonly #rpc: RpcConnections;
  readonly #senders: readonly string[];
  readonly #emitMany: string;
  readonly #accounts: number;
  #emitted = 0;

  private constructor(chain: ChainProcess, rpc: RpcConnections, token: Token, accounts: number) {
    this.#chain = chain;
    this.#rpc = rpc;
    this.address = token.address;
    this.#senders = token.senders;
    this.#emitMany = token.emitMany;
    this.#accounts = accounts;
    this.port = chain.port;
    this.rpcUrl = `http://127.0.0.1:${chain.port}`;
  }

  /** `accounts` is between how many addresses value is moved. */
  static async start(accounts: number): Promise<LoadChain> {
    const chain = await startInstantAnvil();
    const rpc = new RpcConnections(chain.port, BUILDERS);
    try {
      return new LoadChain(chain, rpc, await deploy(rpc), accounts);
    } catch (error) {
      await chain.stop();
      throw error;
    }
  }

  /** Events in all blocks so far. */
  get emitted(): number {
    return this.#emitted;
  }

  /** One block with `events` transfers; resolves once it is sealed. @returns its number */
  async seal(events: number, sender = 0): Promise<number> {
    const words = [this.#emitted, events, this.#accounts].map((value) =>
      value.toString(16).padStart(64, "0"),
    );
    this.#emitted += events;
    const data = `${this.#emitMany}${words.join("")}`;
    const from = this.#senders[sender];
    const transaction = { from, to: this.address, gas: "0x1000000", data };
    const hash = await this.#rpc.call<string>("eth_sendTransaction", [transaction]);
    const receipt = await receiptOf(this.#rpc, hash);
    if (receipt.status !== "0x1") throw new Error("a transaction of the load was reverted");
    return Number(receipt.blockNumber);
  }

  /** The number of the last block. */
  async head(): Promise<number> {
    return Number(await this.#rpc.call<string>("eth_blockNumber", []));
  }

  /** Many blocks, as fast as they go. */
  async build(blocks: number, eventsEach: number): Promise<void> {
    let left = blocks;
    const builder = async (_: unknown, sender: number) => {
      while (left-- > 0) await this.seal(eventsEach, sender);
    };
    await Promise.all(Array.from({ length: BUILDERS }, builder));
  }

  /** What follows from all that was emitted: the rows of each transfer, and a digest of all balances. */
  expected(): { readonly transfers: number; readonly balances: string } {
    const balances = new Array<bigint | undefined>(this.#accounts);
    const add = (index: number, value: bigint) => {
      balances[index] = (balances[index] ?? 0n) + value;
    };
    for (let i = 0; i < this.#emitted; i++) {
      add((i * 7) % this.#accounts, -BigInt(i + 1));
      add((i * 13 + 5) % this.#accounts, BigInt(i + 1));
    }
    const lines = balances
      .flatMap((balance, i) => (balance === undefined ? [] : `${addressOf(i)}:${balance}`))
      .sort();
    const digest = createHash("md5").update(lines.join(",")).digest("hex");
    return { transfers: this.#emitted, balances: digest };
  }

  async stop(): Promise<void> {
    this.#rpc.close();
    await this.#chain.stop();
  }
}

interface Receipt {
  readonly status: string;
  readonly blockNumber: string;
  readonly contractAddress: string;
}

interface Token {
  readonly address: string;
  readonly senders: readonly string[];
  readonly emitMany: string;
}

async function deploy(rpc: RpcConnections): Promise<Token> {
  const { bytecode, emitMany } = compileTransfers();
  const senders = await rpc.call<string[]>("eth_accounts", []);
  const transaction = { from: senders[0], data: bytecode, gas: "0x1000000" };
  const hash = await rpc.call<string>("eth_sendTransaction", [transaction]);
  const receipt = await receiptOf(rpc, hash);
  return { address: receipt.contractAddress, senders, emitMany };
}

/** Asked for without a pause: when it is there, the block was sealed just now. */
async function receiptOf(rpc: RpcConnections, hash: string): Promise<Receipt> {
  for (;;) {
    const receipt = await rpc.call<Receipt | null>("eth_getTransactionReceipt", [hash]);
    if (receipt !== null) return receipt;
  }
}

/** As the contract makes them. */
function addressOf(index: number): string {
  const word = Buffer.from(index.toString(16).padStart(64, "0"), "hex");
  return `0x${Buffer.from(keccak256(word)).toString("hex").slice(24)}`;
}
