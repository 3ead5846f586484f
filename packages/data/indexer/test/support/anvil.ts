import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Address, concatHex, type Hex, numberToHex, pad, toEventSelector } from "viem";
import { LEDGER_ABI } from "./ledger-product.ts";

const BINARY = resolve(
  import.meta.dirname,
  "../../../../../node_modules/@foundry-rs",
  `anvil-${process.platform}-${process.arch === "x64" ? "amd64" : process.arch}`,
);

/** Undefined where npm has no anvil for this platform. */
export function findAnvil(): string | undefined {
  const binary = join(BINARY, "bin", "anvil");
  return existsSync(binary) ? binary : undefined;
}

/** A chain of someone else's making, which does what it is told. */
export class Anvil {
  readonly url: string;
  readonly port: number;
  readonly #process: ChildProcess;
  #lastId = 0;

  private constructor(process: ChildProcess, port: number) {
    this.#process = process;
    this.port = port;
    this.url = `127.0.0.1:${port}`;
  }

  /** On `port`, or one that is free. Blocks are mined when asked for. */
  static async start(binary: string, port?: number): Promise<Anvil> {
    const own = port ?? (await freePort());
    const flags = ["--silent", "--no-mining", "--port", String(own)];
    const child = spawn(binary, flags, { stdio: "ignore" });
    const anvil = new Anvil(child, own);
    for (const untilMs = Date.now() + 20_000; ; await sleep(20)) {
      try {
        await anvil.call("eth_chainId");
        return anvil;
      } catch (error) {
        if (Date.now() > untilMs || child.exitCode !== null) throw error;
      }
    }
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = new Promise((done) => this.#process.once("exit", done));
    this.#process.kill("SIGKILL");
    await exited;
  }

  async call<T = unknown>(method: string, ...params: unknown[]): Promise<T> {
    this.#lastId += 1;
    const response = await fetch(`http://${this.url}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: this.#lastId, method, params }),
    });
    const { result, error } = (await response.json()) as {
      result?: T;
      error?: { message: string };
    };
    if (error) throw new Error(`${method}: ${error.message}`);
    return result as T;
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
