import assert from "node:assert/strict";
import { type Address, type Hash, includesFork } from "@ghostchain/evm";
import {
  type Block,
  EMPTY_OMMERS_HASH,
  type ExecutedReceipt,
  encodeBlock,
  encodeReceipt,
  encodeWithdrawal,
  type Header,
  headerHash,
  mergeBlooms,
  nextBaseFeeWei,
  nextDifficulty,
  nextExcessBlobGas,
  nextGasLimit,
  ProtocolError,
  type SenderTransaction,
  type Withdrawal,
} from "@ghostchain/protocol";
import { ExecutionError } from "../execution/execution-error.ts";
import type { StagedState } from "../state/account-state.ts";
import { computeListRoot } from "../trie/trie-root.ts";
import { BlockProcess, type BlockSite, type HeaderOpening } from "./block-process.ts";

/** What of a new block neither its parent nor its transactions say. */
export interface BlockAttributes {
  /** Seconds since the Unix epoch. */
  readonly timestamp: bigint;
  readonly coinbase: Address;
  readonly prevRandao: Hash;
  /** At most 32 bytes. */
  readonly extraData: Uint8Array;
  /** The block's comes as near to it as its parent's allows. */
  readonly targetGasLimit: bigint;
  readonly withdrawals?: readonly Withdrawal[] | undefined;
  readonly parentBeaconBlockRoot?: Hash | undefined;
  /** Instead of what the rules say, for a dev chain that is told so. Other nodes refuse such a block. */
  readonly override?: {
    readonly gasLimit?: bigint | undefined;
    readonly baseFeeWei?: bigint | undefined;
  };
}

export type Inclusion =
  | { readonly status: "included"; readonly receipt: ExecutedReceipt }
  | { readonly status: "refused"; readonly reason: ProtocolError | ExecutionError };

export interface SealedBlock {
  readonly block: Block;
  readonly hash: Hash;
  readonly encoded: Uint8Array;
  readonly senders: readonly Address[];
  readonly transactionHashes: readonly Hash[];
  readonly receipts: readonly ExecutedReceipt[];
  /** The state after the block, still to be written. */
  readonly staged: StagedState;
}

/** A block in the making. Transactions run as they are added. */
export interface BlockBuilder {
  readonly opening: HeaderOpening;
  /** What is left for transactions. */
  readonly availableGas: bigint;
  readonly receipts: readonly ExecutedReceipt[];
  /** Runs the transaction, or says why it cannot come next and changes nothing. */
  add(transaction: SenderTransaction): Inclusion;
  /** Ends the block. Nothing can be added any more. */
  seal(): SealedBlock;
}

/** EIP-7934, less what the header and the lists around the transactions take. */
const MAX_TRANSACTIONS_BYTES = 8_388_608 - 4_096;
const WITHDRAWAL_BYTES = 64;
const ZERO_HASH = `0x${"0".repeat(64)}` as Hash;

export function createBlockBuilder(
  site: BlockSite,
  parent: Header,
  attributes: BlockAttributes,
): BlockBuilder {
  return new Builder(site, openingOf(site, parent, attributes), attributes);
}

class Builder implements BlockBuilder {
  readonly opening: HeaderOpening;
  readonly #site: BlockSite;
  readonly #attributes: BlockAttributes;
  readonly #process: BlockProcess;
  readonly #included: SenderTransaction[] = [];
  #sizeBytes: number;
  #isSealed = false;

  constructor(site: BlockSite, opening: HeaderOpening, attributes: BlockAttributes) {
    this.opening = opening;
    this.#site = site;
    this.#attributes = attributes;
    this.#process = new BlockProcess(site, opening);
    this.#sizeBytes = (attributes.withdrawals?.length ?? 0) * WITHDRAWAL_BYTES;
  }

  get availableGas(): bigint {
    return this.opening.gasLimit - this.#process.gasUsed;
  }

  get receipts(): readonly ExecutedReceipt[] {
    return this.#process.receipts;
  }

  add(transaction: SenderTransaction): Inclusion {
    assert(!this.#isSealed, "a sealed block takes no transaction");
    // Room for the prefix that the list puts before each.
    const sizeBytes = this.#sizeBytes + transaction.encoded.length + 4;
    if (sizeBytes > MAX_TRANSACTIONS_BYTES) {
      const capBytes = MAX_TRANSACTIONS_BYTES;
      const reason = new ProtocolError({ code: "BLOCK_SIZE_ABOVE_CAP", sizeBytes, capBytes });
      return { status: "refused", reason };
    }
    try {
      const receipt = this.#process.add(transaction);
      this.#included.push(transaction);
      this.#sizeBytes = sizeBytes;
      return { status: "included", receipt };
    } catch (error) {
      if (!(error instanceof ProtocolError || error instanceof ExecutionError)) throw error;
      return { status: "refused", reason: error };
    }
  }

  seal(): SealedBlock {
    assert(!this.#isSealed, "a block is sealed once");
    this.#isSealed = true;
    const withdrawals = this.#withdrawals();
    const requestsHash = this.#process.finish([], withdrawals ?? []);
    const changes = this.#process.world.changes();
    const staged = this.#site.state.stage({ number: this.opening.number, changes });
    const { receipts } = this.#process;
    const header = {
      ...this.#header(staged.stateRoot),
      ...(withdrawals && { withdrawalsRoot: computeListRoot(withdrawals.map(encodeWithdrawal)) }),
      ...(requestsHash && { requestsHash }),
    };
    const transactions = this.#included.map(({ transaction }) => transaction);
    const block: Block = { header, transactions, ommers: [], withdrawals };
    return {
      block,
      hash: headerHash(header),
      encoded: encodeBlock(
        block,
        this.#included.map(({ encoded }) => encoded),
      ),
      senders: this.#included.map(({ sender }) => sender),
      transactionHashes: this.#included.map(({ hash }) => hash),
      receipts,
      staged,
    };
  }

  #withdrawals(): readonly Withdrawal[] | undefined {
    if (!includesFork(this.#site.rules.hardfork, "shanghai")) return undefined;
    return this.#attributes.withdrawals ?? [];
  }

  #header(stateRoot: Hash): Header {
    const { receipts, gasUsed, blobGasUsed } = this.#process;
    return {
      ...this.opening,
      ommersHash: EMPTY_OMMERS_HASH,
      stateRoot,
      transactionsRoot: computeListRoot(this.#included.map(({ encoded }) => encoded)),
      receiptsRoot: computeListRoot(receipts.map(encodeReceipt)),
      logsBloom: mergeBlooms(receipts.map((receipt) => receipt.logsBloom)),
      gasUsed,
      extraData: this.#attributes.extraData,
      nonce: new Uint8Array(8),
      ...(this.#site.rules.blobs && { blobGasUsed }),
    };
  }
}

function openingOf(
  { rules }: BlockSite,
  parent: Header,
  attributes: BlockAttributes,
): HeaderOpening {
  const { hardfork, blobs } = rules;
  const { timestamp, coinbase, prevRandao, targetGasLimit, override } = attributes;
  const number = parent.number + 1n;
  const hasBaseFee = includesFork(hardfork, "london");
  const comparable = { ...parent, hasOmmers: parent.ommersHash !== EMPTY_OMMERS_HASH };
  return {
    parentHash: headerHash(parent),
    number,
    timestamp,
    coinbase,
    gasLimit: override?.gasLimit ?? nextGasLimit(parent, targetGasLimit, hasBaseFee),
    difficulty: nextDifficulty(comparable, number, timestamp, rules),
    mixHash: includesFork(hardfork, "paris") ? prevRandao : ZERO_HASH,
    ...(hasBaseFee && { baseFeePerGasWei: override?.baseFeeWei ?? nextBaseFeeWei(parent) }),
    ...(blobs && {
      excessBlobGas: nextExcessBlobGas(parent, { hardfork, blobs }),
      parentBeaconBlockRoot: attributes.parentBeaconBlockRoot ?? ZERO_HASH,
    }),
  };
}
