import { type Hash, type Hex, numberToHex } from "viem";
import { LEDGER_ADDRESS } from "../data/ledger-product.ts";
import {
  blockAt,
  blocksOf,
  encodeLedgerEvent,
  type SimBlock,
  transactionHashOf,
} from "./sim-chain.ts";

export function rpcError(code: number, message: string): Error {
  return Object.assign(new Error(message), { code });
}

interface LogQuery {
  readonly blockHash?: Hash;
  readonly fromBlock?: Hex;
  readonly toBlock?: Hex;
  readonly address?: string | readonly string[];
}

/** What a server that knows `known`, and takes `head` for the newest, answers in good faith. */
export function answer(
  method: string,
  params: readonly unknown[],
  view: {
    readonly head: SimBlock;
    readonly known: ReadonlyMap<Hash, SimBlock>;
    readonly rangeBlocks: number;
    readonly emptyIfUnknown: boolean;
    readonly hasTimedLogs: boolean;
  },
): unknown {
  switch (method) {
    case "eth_chainId":
      return "0x7a69";
    case "eth_blockNumber":
      return numberToHex(view.head.number);
    case "eth_getBlockByNumber": {
      const [tag] = params;
      const block = tag === "latest" ? view.head : blockAt(view.head, BigInt(String(tag)));
      return block ? toRpcBlock(block) : null;
    }
    case "eth_getBlockByHash": {
      const block = view.known.get(params[0] as Hash);
      return block ? toRpcBlock(block) : null;
    }
    case "eth_getLogs":
      return answerLogs(params[0] as LogQuery, view);
    default:
      throw rpcError(-32601, `the method ${method} does not exist`);
  }
}

function answerLogs(query: LogQuery, view: Parameters<typeof answer>[2]): object[] {
  const wanted = [query.address ?? LEDGER_ADDRESS].flat().map((one) => one.toLowerCase());
  if (!wanted.includes(LEDGER_ADDRESS.toLowerCase())) return [];
  if (query.blockHash !== undefined) {
    const block = view.known.get(query.blockHash);
    if (block === undefined && view.emptyIfUnknown) return [];
    if (block === undefined) throw rpcError(-32000, "unknown block");
    return toRpcLogs(block, view.hasTimedLogs);
  }
  const [from, to] = [Number(query.fromBlock), Number(query.toBlock)];
  if (to - from + 1 > view.rangeBlocks)
    throw rpcError(-32005, "query returned more than 10000 results");
  return blocksOf(view.head)
    .slice(from, to + 1)
    .flatMap((block) => toRpcLogs(block, view.hasTimedLogs));
}

export function toRpcBlock({ number, hash, parent, timestamp, logsBloom }: SimBlock): object {
  const parentHash = parent?.hash ?? `0x${"0".repeat(64)}`;
  const quantities = { number: numberToHex(number), timestamp: numberToHex(timestamp) };
  return { ...quantities, hash, parentHash, logsBloom, transactions: [] };
}

function toRpcLogs(block: SimBlock, isTimed: boolean): object[] {
  const blockTimestamp = numberToHex(block.timestamp);
  return block.events.map((event, index) => ({
    ...encodeLedgerEvent(event),
    address: LEDGER_ADDRESS,
    blockNumber: numberToHex(block.number),
    blockHash: block.hash,
    transactionHash: transactionHashOf(block, index),
    transactionIndex: "0x0",
    logIndex: numberToHex(index),
    removed: false,
    ...(isTimed ? { blockTimestamp } : {}),
  }));
}
