import { createServer } from "node:net";
import { type Anvil as Chain, startAnvil } from "@ghostchain/tools/anvil";
import { type Address, concatHex, type Hex, numberToHex, pad, toEventSelector } from "viem";
import { LEDGER_ABI } from "./ledger-product.ts";

/** A chain of someone else's making, which does what it is told. */
export class Anvil {
  readonly port: number;
  readonly #chain: Chain;

  private constructor(chain: Chain, port: number) {
    this.#chain = chain;
    this.port = port;
  }

  /** On `port`, or one that is free. Blocks are mined when asked for. */
  static async start(binary: string, port?: number): Promise<Anvil> {
    const own = port ?? (await freePort());
    return new Anvil(await startAnvil(binary, ["--no-mining"], own), own);
  }

  stop(): Promise<void> {
    return this.#chain.stop();
  }

  call<T = unknown>(method: string, ...params: unknown[]): Promise<T> {
    return this.#chain.call<T>(method, ...params);
  }

  /** Puts up a contract that emits `Moved(from, to, amount)` for what it is called with. */
  async deployLedger(): Promise<{ address: Address; startBlock: bigint }> {
    const [from] = await this.call<Address[]>("eth_accounts");
    const hash = await this.call<Hex>("eth_sendTransaction", {
      from,
      data: ledgerCode(),
      gas: "0x100000",
    });
    await this.call("evm_mine");
    const receipt = await this.call<{ contractAddress: Address; blockNumber: Hex }>(
      "eth_getTransactionReceipt",
      hash,
    );
    return { address: receipt.contractAddress, startBlock: BigInt(receipt.blockNumber) };
  }

  async move(ledger: Address, from: Address, to: Address, amount: bigint): Promise<Hex> {
    const [sender] = await this.call<Address[]>("eth_accounts");
    const data = concatHex([pad(from), pad(to), numberToHex(amount, { size: 32 })]);
    return this.call<Hex>("eth_sendTransaction", {
      from: sender,
      to: ledger,
      data,
      gas: "0x20000",
    });
  }
}

/** Copies the third word of the calldata to memory and logs it under the first two. */
function ledgerCode(): Hex {
  const selector = toEventSelector(LEDGER_ABI[0]);
  const amountToMemory: Hex = "0x60206040600037";
  const logThree: Hex = `0x6020356000357f${selector.slice(2)}60206000a300`;
  const runtime = concatHex([amountToMemory, logThree]);
  const size = ((runtime.length - 2) / 2).toString(16);
  return concatHex([`0x60${size}80600b6000396000f3`, runtime]);
}

/**
 * Below the ports that outgoing connections are given: a client that tries again and again to reach a server that is
 * down would else, one day, be given the server's own port and talk to itself.
 */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const isFree = await new Promise((done) => {
      const server = createServer();
      server.once("error", () => done(false));
      server.listen(port, "127.0.0.1", () => server.close(() => done(true)));
    });
    if (isFree) return port;
  }
}
