import type { AccountProof } from "@ghostchain/accounts";
import {
  type Address,
  type BlockContext,
  type Hash,
  includesFork,
  type StateReader,
} from "@ghostchain/evm";
import {
  type BlockRules,
  blobBaseFeeWei,
  type ExecutedReceipt,
  type Header,
  rulesAt,
  type StoredBlock,
} from "@ghostchain/protocol";
import type { BlockReference, CallOutcome, CallRequest } from "@ghostchain/rpc";
import type { Chain } from "../chain/chain.ts";
import type { Machines } from "../chain/machines.ts";
import { NodeError } from "../node-error.ts";
import type { PendingBlock } from "../production/pending-block.ts";
import { simulateCall } from "./simulate-call.ts";

/** A block with the state after it, as far as that is kept. */
interface Place {
  readonly stored: StoredBlock;
  readonly state: { readonly reader: StateReader } | undefined;
}

/** What the chain is asked by those who do not change it. */
export class ChainReads {
  readonly #chain: Chain;
  readonly #pending: PendingBlock;
  readonly #machines: Machines;

  constructor(chain: Chain, pending: PendingBlock, machines: Machines) {
    this.#chain = chain;
    this.#pending = pending;
    this.#machines = machines;
  }

  block(reference: BlockReference): StoredBlock | undefined {
    const { store, head } = this.#chain;
    if ("hash" in reference) {
      const stored = store.block(reference.hash);
      if (stored === undefined) return this.#pending.shown(reference.hash)?.record.stored;
      const { number } = stored.block.header;
      const isWanted = !reference.requireCanonical || this.#chain.isCanonical(stored.hash, number);
      return isWanted ? stored : undefined;
    }
    if ("tag" in reference) {
      if (reference.tag === "pending") return this.#pending.current().record.stored;
      if (reference.tag !== "earliest") return this.#settled(reference.tag) ? head : undefined;
    }
    const number = "number" in reference ? reference.number : 0n;
    if (number === head.block.header.number) return head;
    const hash = store.hashOf(number);
    return hash && store.block(hash);
  }

  headerAt(number: bigint): Header | undefined {
    const hash = this.#chain.hashOf(number);
    return hash && this.#chain.store.header(hash);
  }

  receipts(hash: Hash): readonly ExecutedReceipt[] | undefined {
    return this.#chain.store.receipts(hash) ?? this.#pending.shown(hash)?.record.receipts;
  }

  locate(transactionHash: Hash): { blockHash: Hash; index: number } | undefined {
    const place = this.#chain.store.locate(transactionHash);
    const blockHash = place && this.#chain.hashOf(place.number);
    return place && blockHash && { blockHash, index: place.index };
  }

  rulesOf({ block, totalDifficulty }: StoredBlock): BlockRules {
    const { number, timestamp, difficulty } = block.header;
    const parentTotalDifficulty = totalDifficulty - difficulty;
    return rulesAt(this.#chain.spec, { number, timestamp, parentTotalDifficulty });
  }

  state(reference: BlockReference): StateReader | undefined {
    return this.#place(reference)?.state?.reader;
  }

  prove(
    reference: BlockReference,
    address: Address,
    slots: readonly bigint[],
  ): AccountProof | undefined {
    if ("tag" in reference && reference.tag === "pending") {
      return this.#pending.current().staged.prove(address, slots);
    }
    const stored = this.block(reference);
    return stored && this.#stateOf(stored)?.prove(address, slots);
  }

  /** @throws {NodeError} `NODE_STATE_UNAVAILABLE`, and what `simulateCall` throws */
  call(request: CallRequest): CallOutcome {
    const place = this.#place(request.at);
    if (place?.state === undefined) {
      const number = place?.stored.block.header.number;
      throw new NodeError(
        { code: "NODE_STATE_UNAVAILABLE", number },
        `the state after block ${number ?? "asked for"} is not available: it is older than this node keeps`,
      );
    }
    const { header } = place.stored.block;
    const rules = this.rulesOf(place.stored);
    const machines = this.#machines;
    const block = contextOf(header, rules, this.#chain.hashOf);
    return simulateCall(
      { machines, hardfork: rules.hardfork, block, state: place.state.reader },
      request,
    );
  }

  #place(reference: BlockReference): Place | undefined {
    if ("tag" in reference && reference.tag === "pending") {
      const { record, staged } = this.#pending.current();
      return { stored: record.stored, state: staged };
    }
    const stored = this.block(reference);
    return stored && { stored, state: this.#stateOf(stored) };
  }

  #stateOf({ hash, block }: StoredBlock) {
    const { number } = block.header;
    return this.#chain.isCanonical(hash, number) ? this.#chain.stateAfter(number) : undefined;
  }

  /** On a chain with instant finality the head is as settled as anything. */
  #settled(tag: "latest" | "safe" | "finalized"): boolean {
    return tag === "latest" || this.#chain.spec.finality.kind === "instant";
  }
}

/** What code that is called on top of a block sees of it. */
function contextOf(
  header: Header,
  { hardfork, chainId, blobs }: BlockRules,
  blockHash: (number: bigint) => Hash | undefined,
): BlockContext {
  const { excessBlobGas } = header;
  const hasBlobs = blobs !== undefined && excessBlobGas !== undefined;
  return {
    number: header.number,
    timestamp: header.timestamp,
    coinbase: header.coinbase,
    gasLimit: header.gasLimit,
    baseFeeWei: header.baseFeePerGasWei ?? 0n,
    difficulty: header.difficulty,
    prevRandao: includesFork(hardfork, "paris") ? BigInt(header.mixHash) : 0n,
    blobBaseFeeWei: hasBlobs ? blobBaseFeeWei(excessBlobGas, blobs) : 0n,
    chainId,
    blockHash,
  };
}
