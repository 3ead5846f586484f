import {
  type Address,
  bytesToHex,
  concatHex,
  encodeAbiParameters,
  encodeEventTopics,
  type Hash,
  type Hex,
  hexToBytes,
  keccak256,
  numberToHex,
  toHex,
  toRlp,
} from "viem";
import { bloomBits } from "../../src/source/log-bloom.ts";
import { orderedTrieRoot } from "../../src/source/ordered-trie-root.ts";
import { BANK_ABI, BANK_ADDRESS } from "./bank-product.ts";
import { LEDGER_ABI, LEDGER_ADDRESS } from "./ledger-product.ts";

/** What happens in the ledger, as its contract would emit it. */
export type LedgerEvent =
  | {
      readonly kind: "moved";
      readonly from: Address;
      readonly to: Address;
      readonly amount: bigint;
      /** The contract that emits it. Default: the ledger. */
      readonly at?: Address;
    }
  /** A factory has made a ledger of its own. */
  | { readonly kind: "opened"; readonly branch: Address }
  | { readonly kind: "closed"; readonly who: Address };

export interface FakeBlock {
  readonly number: bigint;
  readonly hash: Hash;
  readonly parentHash: Hash;
  readonly timestamp: bigint;
  readonly logsBloom: Hex;
  readonly receiptsRoot: Hash;
  readonly extraData: Hex;
  readonly events: readonly LedgerEvent[];
}

/** A block on `parent` whose header commits to what is in it, as a real one does. */
export function sealBlock(
  parent: FakeBlock | undefined,
  events: readonly LedgerEvent[],
  salt: string,
): FakeBlock {
  const number = parent ? parent.number + 1n : 0n;
  const logs = events.map(toLog);
  const logsBloom = bloomOf(logs.flatMap((log) => [log.address, ...log.topics]));
  const receipts = events.length === 0 ? [] : [hexToBytes(encodeReceipt(logs, logsBloom))];
  const header = {
    ...{ number, logsBloom, timestamp: 1_700_000_000n + number, extraData: toHex(salt) },
    parentHash: parent?.hash ?? ZERO,
    receiptsRoot: bytesToHex(orderedTrieRoot(receipts)),
  };
  return { ...header, hash: hashOf(header), events };
}

export interface FakeLogQuery {
  readonly blockHash?: Hash;
  readonly fromBlock?: Hex;
  readonly toBlock?: Hex;
  readonly address?: readonly Address[];
  readonly topics?: readonly (readonly Hash[])[];
}

function toLog(event: LedgerEvent): { address: Address; topics: Hash[]; data: Hex } {
  const address = emitterOf(event);
  if (event.kind === "opened") {
    const topics = encodeEventTopics({ abi: BANK_ABI, eventName: "Opened", args: event });
    return { address, topics: topics as Hash[], data: "0x" };
  }
  if (event.kind === "closed") {
    const topics = encodeEventTopics({ abi: LEDGER_ABI, eventName: "Closed", args: event });
    return { address, topics: topics as Hash[], data: "0x" };
  }
  const topics = encodeEventTopics({ abi: LEDGER_ABI, eventName: "Moved", args: event });
  return {
    address,
    topics: topics as Hash[],
    data: encodeAbiParameters([{ type: "uint256" }], [event.amount]),
  };
}

/** The contract that an event is of. */
export function emitterOf(event: LedgerEvent): Address {
  if (event.kind === "opened") return BANK_ADDRESS;
  return (event.kind === "moved" ? event.at : undefined) ?? LEDGER_ADDRESS;
}

export function toRpcLogs(block: FakeBlock, query: FakeLogQuery): Record<string, unknown>[] {
  const addresses = query.address && new Set(query.address);
  const topics = query.topics?.[0] && new Set(query.topics[0]);
  const logs = block.events.map((event, index) => ({
    ...toLog(event),
    blockNumber: numberToHex(block.number),
    blockHash: block.hash,
    transactionHash: keccak256(concatHex([block.hash, numberToHex(index, { size: 1 })])),
    transactionIndex: "0x0",
    logIndex: numberToHex(index),
    removed: false,
  }));
  return logs.filter(
    ({ address, topics: [first = "0x"] }) =>
      (addresses?.has(address.toLowerCase() as Address) ?? true) && (topics?.has(first) ?? true),
  );
}

export function toRpcBlock(block: Omit<FakeBlock, "events">): Record<string, unknown> {
  return { ...toRpcHeader(block), hash: block.hash, transactions: [], uncles: [], size: "0x220" };
}

function toRpcHeader(block: Omit<FakeBlock, "events" | "hash">): Record<string, Hex> {
  const { number, timestamp, parentHash, logsBloom, receiptsRoot, extraData } = block;
  return {
    ...{ parentHash, sha3Uncles: ZERO, miner: `0x${"00".repeat(20)}`, stateRoot: ZERO },
    ...{ transactionsRoot: ZERO, receiptsRoot, logsBloom, difficulty: "0x0" },
    ...{ number: numberToHex(number), gasLimit: "0x1c9c380", gasUsed: "0x0" },
    ...{ timestamp: numberToHex(timestamp), extraData, mixHash: ZERO },
    ...{ nonce: "0x0000000000000000", baseFeePerGas: "0x7" },
  };
}

/** With an encoder that is not the indexer's own. */
export function hashOf(block: Omit<FakeBlock, "events" | "hash">): Hash {
  const fields = Object.entries(toRpcHeader(block)).map(([name, value]): Hex => {
    if (!QUANTITIES.has(name)) return value;
    return BigInt(value) === 0n ? "0x" : evenHex(value);
  });
  return keccak256(toRlp(fields));
}

const QUANTITIES = new Set([
  ...["difficulty", "number", "gasLimit", "gasUsed", "timestamp", "baseFeePerGas"],
]);
const ZERO: Hash = `0x${"0".repeat(64)}`;

function evenHex(hex: Hex): Hex {
  return hex.length % 2 === 0 ? hex : `0x0${hex.slice(2)}`;
}

interface FakeLog {
  readonly address: Address;
  readonly topics: Hash[];
  readonly data: Hex;
}

/** One transaction that emits all logs of its block. */
function encodeReceipt(logs: readonly FakeLog[], bloom: Hex): Hex {
  const encoded = logs.map(({ address, topics, data }) => [
    ...[address.toLowerCase() as Hex, topics, data],
  ]);
  return concatHex(["0x02", toRlp(["0x01", "0x5208", bloom, encoded])]);
}

export function toRpcReceipts(block: FakeBlock): Record<string, unknown>[] {
  if (block.events.length === 0) return [];
  const outcome = { type: "0x2", status: "0x1", cumulativeGasUsed: "0x5208" };
  return [{ ...outcome, logsBloom: block.logsBloom, logs: toRpcLogs(block, {}) }];
}

function bloomOf(items: readonly Hex[]): Hex {
  const bytes = new Uint8Array(256);
  for (const { bytes: at, masks } of items.map(bloomBits))
    for (const i of [0, 1, 2] as const) bytes[at[i]] = (bytes[at[i]] ?? 0) | masks[i];
  return toHex(bytes);
}
