import {
  createReferenceEvm,
  type Evm,
  type Hardfork,
  type Hash,
  precompilesOf,
} from "@ghostchain/evm";
import {
  type Ancestor,
  type BlockRules,
  BlockTree,
  type ChainSpec,
  checkBody,
  checkHeader,
  checkOmmers,
  decodeBlock,
  type Header,
  headerHash,
  OMMER_GENERATIONS,
  ProtocolError,
  recoverSender,
  rulesAt,
} from "@ghostchain/protocol";
import { openMemory } from "@ghostchain/storage";
import {
  applyBlock,
  createGenesis,
  openAccountState,
  type StateSnapshot,
} from "../../src/index.ts";

interface Imported extends Ancestor {
  readonly state: StateSnapshot;
}

/** A chain whose every block's state is kept staged: enough to import a vector's branches in any order. */
export class VectorChain {
  readonly #spec: ChainSpec;
  readonly #tree: BlockTree;
  readonly #imported = new Map<Hash, Imported>();

  static async open(spec: ChainSpec): Promise<VectorChain> {
    const store = openMemory();
    const state = openAccountState(store, { historyBlocks: "all" });
    const { block, hash, changes } = createGenesis(spec);
    await store.write(state.stage({ parentNumber: undefined, number: 0n, changes }).writes);
    return new VectorChain(spec, { hash, block, state: state.at(0n) });
  }

  private constructor(spec: ChainSpec, genesis: Imported) {
    const { parentHash, difficulty } = genesis.block.header;
    const root = { hash: genesis.hash, parentHash, number: 0n, totalDifficulty: difficulty };
    this.#spec = spec;
    this.#tree = new BlockTree(root);
    this.#imported.set(genesis.hash, genesis);
  }

  get head(): Hash {
    return this.#tree.head.hash;
  }

  /** @throws {CodedError} naming the rule that the block breaks */
  import(encoded: Uint8Array): void {
    const block = decodeBlock(encoded);
    const { header, ommers, transactions } = block;
    const parent = this.#imported.get(header.parentHash);
    if (parent === undefined) {
      throw new ProtocolError({ code: "BLOCK_PARENT_UNKNOWN", parent: header.parentHash });
    }
    const parentDifficulty = this.#tree.get(parent.hash)?.totalDifficulty ?? 0n;
    const rules = this.#rules(header, parentDifficulty);
    checkHeader(header, parent.block.header, rules);
    checkBody(block, rules, encoded.length);
    const rulesOf = (ommer: Header) => this.#rules(ommer, parentDifficulty);
    checkOmmers(ommers, this.#ancestors(parent), rulesOf);
    const senders = transactions.map((one) => recoverSender(one, rules.hardfork));
    const blockHash = (number: bigint) => this.#tree.ancestor(parent.hash, number)?.hash;
    const site = { evm: machineOf(rules.hardfork), rules, state: parent.state, blockHash };
    const { staged } = applyBlock(site, block, senders);
    const hash = headerHash(header);
    this.#imported.set(hash, { hash, block, state: staged });
    const { parentHash, number } = header;
    const totalDifficulty = parentDifficulty + header.difficulty;
    const node = { hash, parentHash, number, totalDifficulty };
    this.#tree.add(node);
    if (this.#tree.isBetter(node)) this.#tree.setHead(hash);
  }

  #rules({ number, timestamp }: Header, parentTotalDifficulty: bigint): BlockRules {
    return rulesAt(this.#spec, { number, timestamp, parentTotalDifficulty });
  }

  #ancestors(parent: Imported): Ancestor[] {
    const ancestors: Ancestor[] = [];
    for (let at: Imported | undefined = parent; at && ancestors.length < OMMER_GENERATIONS; ) {
      ancestors.push(at);
      at = this.#imported.get(at.block.header.parentHash);
    }
    return ancestors;
  }
}

const machines = new Map<Hardfork, Evm>();

function machineOf(hardfork: Hardfork): Evm {
  const known = machines.get(hardfork);
  if (known !== undefined) return known;
  const evm = createReferenceEvm({ hardfork, precompiles: precompilesOf(hardfork) });
  machines.set(hardfork, evm);
  return evm;
}
