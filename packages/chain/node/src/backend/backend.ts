import type { ChainSpec, SenderTransaction } from "@ghostchain/protocol";
import type { DevControl, HeadEvent, RpcBackend } from "@ghostchain/rpc";
import { forkSchedule } from "../chain/fork-schedule.ts";
import type { RunningNode } from "../running-node.ts";

export interface BackendEvents {
  onHead(listener: (event: HeadEvent) => void): () => void;
  onPendingTransaction(listener: (transaction: SenderTransaction) => void): () => void;
}

const CLIENT_VERSION = "GhostChain/v0.1.0";

/**
 * The node as JSON-RPC knows it. It may be given to a server before the node runs.
 *
 * @param node throws `NODE_NOT_RUNNING` until it does
 */
export function createBackend(
  node: () => RunningNode,
  spec: ChainSpec,
  events: BackendEvents,
  dev: DevControl | undefined,
): RpcBackend {
  return {
    chainId: spec.chainId,
    clientVersion: CLIENT_VERSION,
    head: () => node().chain.head,
    block: (reference) => node().reads.block(reference),
    headerAt: (number) => node().reads.headerAt(number),
    receipts: (hash) => node().reads.receipts(hash),
    locate: (hash) => node().reads.locate(hash),
    hardforkOf: (block) => node().reads.rulesOf(block).hardfork,
    blobRulesOf: (block) => node().reads.rulesOf(block).blobs,
    forks: () => {
      const genesis = node().reads.headerAt(0n);
      return genesis === undefined ? [] : forkSchedule(spec, genesis);
    },
    state: (reference) => node().reads.state(reference),
    prove: (reference, address, slots) => node().reads.prove(reference, address, slots),
    call: (request) => node().reads.call(request),
    nextBaseFeeWei: () => outlookOf(node()).baseFeeWei,
    nextBlobBaseFeeWei: () => outlookOf(node()).blobBaseFeeWei,
    suggestedTipWei: () => node().tips.suggestedTipWei(),
    pool: {
      get: (hash) => node().pool.get(hash),
      content: () => node().pool.content(),
      pendingNonce: (address) => node().pool.pendingNonce(address),
    },
    submit: (encoded) => node().sender.submit(encoded),
    sendFrom: (request) => node().sender.sendFrom(request),
    accounts: {
      addresses: () => node().sender.addresses(),
      signDigest: (address, digest) => node().sender.signDigest(address, digest),
      signTransaction: (request) => node().sender.signTransaction(request),
    },
    onHead: events.onHead,
    onPendingTransaction: events.onPendingTransaction,
    dev,
  };
}

function outlookOf({ nextBlock, chain, clock }: RunningNode) {
  return nextBlock.outlook(chain.head, clock.now());
}
