import { sha256 } from "@ghostchain/crypto";
import { concatBytes } from "@ghostchain/encoding";
import {
  type BlockContext,
  type Evm,
  type Hash,
  hashOfBytes,
  includesFork,
  type World,
} from "@ghostchain/evm";
import {
  type BlockRules,
  blobBaseFeeWei,
  type ExecutedReceipt,
  GAS_PER_BLOB,
  type Header,
  logsBloomOf,
  type SenderTransaction,
  type Withdrawal,
} from "@ghostchain/protocol";
import { executeTransaction } from "../execution/execute-transaction.ts";
import type { StateSnapshot } from "../state/account-state.ts";
import { payRewards, payWithdrawals } from "./block-rewards.ts";
import { applyDaoFork } from "./dao-fork.ts";
import { depositRequest } from "./deposit-requests.ts";
import { collectRequests, recordHistory } from "./system-calls.ts";

/** What of a header is known before anything is executed. */
export type HeaderOpening = Pick<
  Header,
  | "parentHash"
  | "number"
  | "timestamp"
  | "coinbase"
  | "gasLimit"
  | "difficulty"
  | "mixHash"
  | "baseFeePerGasWei"
  | "excessBlobGas"
  | "parentBeaconBlockRoot"
>;

/** Where a block is executed. */
export interface BlockSite {
  readonly evm: Evm;
  readonly rules: BlockRules;
  /** After the parent. */
  readonly state: StateSnapshot;
  /** Hash of an ancestor, at least of the last 256. */
  readonly blockHash: (number: bigint) => Hash | undefined;
}

/** The execution of one block from its first rule to its last, for whoever makes it and whoever checks it. */
export class BlockProcess {
  readonly receipts: ExecutedReceipt[] = [];
  readonly world: World;
  readonly context: BlockContext;
  readonly #site: BlockSite;
  #gasUsed = 0n;
  #blobGasUsed = 0n;

  /** Does what comes before the first transaction. */
  constructor(site: BlockSite, header: HeaderOpening) {
    this.#site = site;
    this.world = site.evm.createWorld(site.state.reader);
    this.context = contextOf(site, header);
    if (site.rules.dao === "moves") applyDaoFork(this.world);
    recordHistory(this.#transactionSite(), header.parentHash, header.parentBeaconBlockRoot);
  }

  get gasUsed(): bigint {
    return this.#gasUsed;
  }

  get blobGasUsed(): bigint {
    return this.#blobGasUsed;
  }

  /** @throws what `executeTransaction` throws; nothing has changed then */
  add(candidate: Pick<SenderTransaction, "transaction" | "sender">): ExecutedReceipt {
    const { rules } = this.#site;
    const maxBlobGas = BigInt(rules.blobs?.max ?? 0) * GAS_PER_BLOB;
    const executed = executeTransaction(
      {
        ...this.#transactionSite(),
        availableGas: this.context.gasLimit - this.#gasUsed,
        availableBlobGas: maxBlobGas - this.#blobGasUsed,
      },
      candidate,
    );
    this.#gasUsed += executed.gasUsed;
    this.#blobGasUsed += executed.blobGasUsed;
    const { logs } = executed;
    const receipt: ExecutedReceipt = {
      type: candidate.transaction.type,
      succeeded: executed.succeeded,
      postState: this.#intermediateRoot(),
      cumulativeGasUsed: this.#gasUsed,
      logsBloom: logsBloomOf(logs),
      logs,
      gasUsed: executed.gasUsed,
      effectiveGasPriceWei: executed.effectiveGasPriceWei,
      contractAddress: executed.contractAddress,
      blobGasUsed: executed.blobGasUsed,
      blobGasPriceWei: executed.blobGasUsed === 0n ? 0n : this.context.blobBaseFeeWei,
    };
    this.receipts.push(receipt);
    return receipt;
  }

  /**
   * Does what comes after the last transaction.
   *
   * @returns the hash of the block's requests; undefined before Prague
   * @throws {BlockError} when the requests cannot be had
   */
  finish(ommers: readonly Header[], withdrawals: readonly Withdrawal[]): Hash | undefined {
    const { hardfork } = this.#site.rules;
    payWithdrawals(this.world, withdrawals);
    const requests = includesFork(hardfork, "prague") ? this.#requests() : undefined;
    payRewards(this.world, this.context, ommers, hardfork);
    return requests && hashRequests(requests);
  }

  #requests(): Uint8Array[] {
    const logs = this.receipts.flatMap((receipt) => receipt.logs);
    const deposits = depositRequest(logs, this.#site.rules.depositContract);
    const others = collectRequests(this.#transactionSite());
    return deposits === undefined ? others : [deposits, ...others];
  }

  /** Before Byzantium a receipt has the state's root after its transaction (EIP-658). */
  #intermediateRoot(): Hash | undefined {
    const { rules, state } = this.#site;
    if (includesFork(rules.hardfork, "byzantium")) return undefined;
    const changes = this.world.changes();
    return state.stage({ number: this.context.number, changes }).stateRoot;
  }

  #transactionSite() {
    return { evm: this.#site.evm, world: this.world, block: this.context };
  }
}

function contextOf({ rules, blockHash }: BlockSite, header: HeaderOpening): BlockContext {
  const { excessBlobGas } = header;
  const hasRandao = includesFork(rules.hardfork, "paris");
  return {
    number: header.number,
    timestamp: header.timestamp,
    coinbase: header.coinbase,
    gasLimit: header.gasLimit,
    baseFeeWei: header.baseFeePerGasWei ?? 0n,
    difficulty: header.difficulty,
    prevRandao: hasRandao ? BigInt(header.mixHash) : 0n,
    blobBaseFeeWei:
      rules.blobs === undefined || excessBlobGas === undefined
        ? 0n
        : blobBaseFeeWei(excessBlobGas, rules.blobs),
    chainId: rules.chainId,
    blockHash,
  };
}

/** @see EIP-7685 */
function hashRequests(requests: readonly Uint8Array[]): Hash {
  return hashOfBytes(sha256(concatBytes(...requests.map(sha256))));
}
