/** A block of the model. Its hash tells it from every other, also at the same height. */
interface ModelBlock {
  readonly number: number;
  readonly hash: string;
  readonly parentHash: string;
  readonly transactions: readonly number[];
}

interface ModelState {
  /** By number. */
  readonly canonical: readonly ModelBlock[];
  readonly finalized: number;
}

export interface ModelRequest {
  readonly method: string;
  readonly params: readonly unknown[];
}

export const TRANSACTIONS = 6;
export const transactionHash = (index: number) => `0x${(index + 1).toString(16).padStart(64, "f")}`;
const quantity = (value: number) => `0x${value.toString(16)}`;

/**
 * A chain with every state that it was ever in, so that an answer can be held against each of them. Hashes count up:
 * nothing here is random but what it is told to do.
 */
export class ModelChain {
  readonly #states: ModelState[] = [];
  readonly #blocks = new Map<string, ModelBlock>();
  #lastHash = 0;

  constructor() {
    const genesis = this.#make(undefined, []);
    this.#states.push({ canonical: [genesis], finalized: 0 });
  }

  /** The number of the state that it is in. */
  get version(): number {
    return this.#states.length - 1;
  }

  get head(): number {
    return this.#now().canonical.length - 1;
  }

  mine(transactions: readonly number[] = []): void {
    const { canonical, finalized } = this.#now();
    const known = new Set(canonical.flatMap((block) => block.transactions));
    const fresh = transactions.filter((index) => !known.has(index));
    const block = this.#make(canonical.at(-1), fresh);
    this.#states.push({ canonical: [...canonical, block], finalized });
  }

  /** Replaces the newest blocks by `length` others, as far as finality allows. */
  reorg(depth: number, length: number, transactions: readonly number[]): void {
    const { canonical, finalized } = this.#now();
    const kept = Math.max(finalized + 1, canonical.length - depth);
    let branch = canonical.slice(0, kept);
    const known = new Set(branch.flatMap((block) => block.transactions));
    for (let index = 0; index < length; index++) {
      const fresh = index === 0 ? transactions.filter((one) => !known.has(one)) : [];
      branch = [...branch, this.#make(branch.at(-1), fresh)];
    }
    this.#states.push({ canonical: branch, finalized });
  }

  finalize(behind: number): void {
    const { canonical, finalized } = this.#now();
    const next = Math.max(finalized, canonical.length - 1 - behind);
    this.#states.push({ canonical, finalized: next });
  }

  hashes(): readonly string[] {
    return [...this.#blocks.keys()];
  }

  /** What a node in that state answers; throws where it would refuse. */
  answer({ method, params }: ModelRequest, version = this.version): unknown {
    const state = this.#states[version];
    if (!state) throw new RangeError(`no state ${version}`);
    switch (method) {
      case "eth_chainId":
        return "0x7a69";
      case "eth_blockNumber":
        return quantity(state.canonical.length - 1);
      case "eth_getBlockByNumber":
        return headerOf(this.#at(state, params[0]));
      case "eth_getBlockByHash":
        return headerOf(this.#known(state, `${params[0]}`));
      case "eth_getBalance": {
        const block = this.#at(state, params[1]);
        if (!block) throw new Error("header not found");
        return quantity(Number(block.hash));
      }
      case "eth_getTransactionReceipt":
        return receiptOf(state, `${params[0]}`);
      case "eth_getLogs":
        return this.#logs(state, params[0]);
      case "eth_getTransactionCount":
        return quantity(version);
      default:
        throw new Error(`the method ${method} does not exist`);
    }
  }

  #make(parent: ModelBlock | undefined, transactions: readonly number[]): ModelBlock {
    this.#lastHash += 1;
    const hash = `0x${this.#lastHash.toString(16).padStart(64, "0")}`;
    const number = parent === undefined ? 0 : parent.number + 1;
    const block = { number, hash, parentHash: parent?.hash ?? `0x${"0".repeat(64)}`, transactions };
    this.#blocks.set(hash, block);
    return block;
  }

  #now(): ModelState {
    const state = this.#states.at(-1);
    if (!state) throw new Error("no state");
    return state;
  }

  #at({ canonical, finalized }: ModelState, name: unknown): ModelBlock | undefined {
    if (typeof name === "object" && name !== null && "blockHash" in name) {
      return this.#blocks.get(`${name.blockHash}`);
    }
    if (name === "latest") return canonical.at(-1);
    if (name === "earliest") return canonical[0];
    if (name === "finalized") return canonical[finalized];
    return canonical[Number(name)];
  }

  /** A block that a node has not seen is not there; what it once saw it keeps. */
  #known(_: ModelState, hash: string): ModelBlock | undefined {
    return this.#blocks.get(hash);
  }

  #logs(state: ModelState, filter: unknown): unknown {
    const { fromBlock, toBlock, blockHash } = (filter ?? {}) as Record<string, unknown>;
    const blocks =
      blockHash === undefined
        ? state.canonical.slice(
            this.#at(state, fromBlock ?? "latest")?.number ?? state.canonical.length,
            (this.#at(state, toBlock ?? "latest")?.number ?? state.canonical.length) + 1,
          )
        : [this.#blocks.get(`${blockHash}`)];
    return blocks.flatMap((block) =>
      block === undefined
        ? []
        : block.transactions.map((index) => ({
            transactionHash: transactionHash(index),
            ...placeOf(block),
          })),
    );
  }
}

function headerOf(block: ModelBlock | undefined): unknown {
  if (!block) return null;
  const { hash, parentHash, number } = block;
  return { number: quantity(number), hash, parentHash };
}

function receiptOf({ canonical }: ModelState, hash: string): unknown {
  for (const block of canonical) {
    const index = block.transactions.find((one) => transactionHash(one) === hash);
    if (index !== undefined) return { transactionHash: hash, ...placeOf(block) };
  }
  return null;
}

function placeOf({ number, hash }: ModelBlock): { blockNumber: string; blockHash: string } {
  return { blockNumber: quantity(number), blockHash: hash };
}
