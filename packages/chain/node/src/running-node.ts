import {
  DEFAULT_POOL_LIMITS,
  openAccountState,
  type PoolHead,
  type PoolLimits,
  TransactionPool,
} from "@ghostchain/accounts";
import { createProducer } from "@ghostchain/consensus";
import type { RecoveryPool } from "@ghostchain/crypto";
import { EMPTY_CODE_HASH, type StateReader } from "@ghostchain/evm";
import { type ChainSpec, encodeTransaction, type SenderTransaction } from "@ghostchain/protocol";
import type { Clock, Logger } from "@ghostchain/service";
import { ChainReads } from "./backend/chain-reads.ts";
import { KeyRing } from "./backend/key-ring.ts";
import { Sender } from "./backend/sender.ts";
import { Submissions } from "./backend/submissions.ts";
import { TipOracle } from "./backend/tip-oracle.ts";
import { BlockImporter } from "./chain/block-importer.ts";
import type { ChainMove } from "./chain/chain.ts";
import { Lane } from "./chain/lane.ts";
import { Machines } from "./chain/machines.ts";
import { openChain } from "./chain/open-chain.ts";
import { Impersonation } from "./dev/impersonation.ts";
import type { NodeMetrics } from "./metrics.ts";
import { MinedWaits } from "./production/mined-waits.ts";
import { NextBlock } from "./production/next-block.ts";
import { PendingBlock } from "./production/pending-block.ts";
import { Production } from "./production/production.ts";
import { ProductionLoop } from "./production/production-loop.ts";
import { ChainStore } from "./store/chain-store.ts";
import type { Stores } from "./store/open-stores.ts";

export interface RunningNodeDeps {
  readonly stores: Stores;
  readonly recovery: RecoveryPool;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: NodeMetrics;
  /** The chain moved; the pool has followed. */
  onMove(move: ChainMove): void;
  onPooled(transaction: SenderTransaction): void;
}

export interface RunningNodeOptions {
  readonly spec: ChainSpec;
  /** 32 bytes each: the accounts that clients may send from. */
  readonly privateKeys: readonly Uint8Array[];
  readonly historyBlocks: number | "all";
  readonly cacheBytes: number;
  readonly poolLimits: Partial<PoolLimits>;
}

/** A node with its parts joined and its chain open. */
export type RunningNode = Awaited<ReturnType<typeof runNode>>;

export async function runNode(deps: RunningNodeDeps, options: RunningNodeOptions) {
  const { stores, recovery, clock, logger, metrics } = deps;
  const { spec } = options;
  const { keyValue } = stores;
  const store = new ChainStore(keyValue, stores.log, options.cacheBytes);
  const state = openAccountState(keyValue, { historyBlocks: options.historyBlocks });
  const chain = await openChain({ spec, keyValue, store, state, metrics });

  const lane = new Lane();
  const impersonation = new Impersonation();
  const machines = new Machines(impersonation);
  const waits = new MinedWaits();
  const nextBlock: NextBlock = new NextBlock(spec, () => pool.setHead(poolHead(), []));
  const poolHead = (): PoolHead => ({
    ...nextBlock.outlook(chain.head, clock.now()),
    chainId: spec.chainId,
    state: sendersOf(chain.headState().reader, impersonation),
  });
  const pool: TransactionPool = new TransactionPool(poolHead(), poolLimits(options));
  const production = new Production(
    { chain, pool, lane, machines, nextBlock, waits, clock, metrics },
    createProducer(spec),
  );
  const pending = new PendingBlock({ chain, pool, production, clock });
  const loop = new ProductionLoop({
    clock,
    logger,
    producer: () => production.producer,
    hasPending: () => production.hasPending(),
    produce: () => production.produce(),
  });
  const importer = new BlockImporter({ chain, lane, machines, recovery, metrics });
  const tips = new TipOracle(chain);
  const submissions = new Submissions(recovery);
  const keys = new KeyRing(options.privateKeys);
  const announce = (transaction: SenderTransaction) => {
    metrics.poolTransactions.set(pool.count);
    deps.onPooled(transaction);
  };
  const sender = new Sender({
    chain,
    pool,
    submissions,
    production,
    loop,
    nextBlock,
    tips,
    waits,
    keys,
    impersonation,
    clock,
    announce,
  });
  const reads = new ChainReads(chain, pending, machines);

  chain.onMove((move) => {
    pool.setHead(poolHead(), move.changed);
    if (move.cause === "branch") poolAgain(pool, move);
    metrics.poolTransactions.set(pool.count);
    waits.release(move.added.flatMap(({ transactionHashes }) => transactionHashes));
    deps.onMove(move);
    loop.poke();
  });
  const parts = { chain, pool, lane, machines, nextBlock, production, loop, waits, clock };
  return { ...parts, importer, tips, impersonation, submissions, sender, reads };
}

/** A dev chain tells its user at once that a fee is too low; others hold the transaction until it is not. */
function poolLimits({ spec, poolLimits: limits }: RunningNodeOptions): PoolLimits {
  const feeBelowBaseFee = spec.production.kind === "instant" ? "refuse" : "wait";
  return { ...DEFAULT_POOL_LIMITS, feeBelowBaseFee, ...limits };
}

/** Accounts as senders: one that is impersonated counts as having a key, whatever code it has. */
function sendersOf(state: StateReader, impersonation: Impersonation): PoolHead["state"] {
  return {
    account(address) {
      const account = state.account(address);
      return account !== undefined && impersonation.hasSent(address)
        ? { ...account, codeHash: EMPTY_CODE_HASH }
        : account;
    },
    code: (codeHash) => state.code(codeHash),
  };
}

/** What a reorg took out of blocks waits again, unless the new ones have it. */
function poolAgain(pool: TransactionPool, { removed, added }: ChainMove): void {
  const mined = new Set(added.flatMap(({ transactionHashes }) => transactionHashes));
  for (const { block, transactionHashes, senders } of removed.toReversed()) {
    block.transactions.forEach((transaction, index) => {
      const hash = transactionHashes[index];
      const sender = senders[index];
      if (hash === undefined || sender === undefined || mined.has(hash)) return;
      pool.tryAdd({ transaction, hash, sender, encoded: encodeTransaction(transaction) });
    });
  }
}
