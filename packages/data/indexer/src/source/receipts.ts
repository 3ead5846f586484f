import { bytesToHex, encodeRlp, hexToBytes, type RlpInput } from "@ghostchain/encoding";
import type { Address, Hash, Hex } from "viem";
import type { BlockHeader, RawLog } from "./block.ts";
import { orderedTrieRoot } from "./ordered-trie-root.ts";
import { inconsistent, parseLogs } from "./parse-answer.ts";

const METHOD = "eth_getBlockReceipts";

/**
 * The logs of a block, read from all its receipts, whose root the header holds: nothing can be left
 * out, added or changed. Undefined where the root cannot be computed, since a chain has receipts of its own kind.
 *
 * @throws {IndexerError} `INDEXER_SOURCE_INCONSISTENT` when the root is another one
 */
export function provenLogs(header: BlockHeader, receipts: unknown): RawLog[] | undefined {
  if (!Array.isArray(receipts)) throw inconsistent(METHOD, "the answer is not a list of receipts");
  if (header.receiptsRoot === undefined) return undefined;
  const logs = receipts.map((receipt: { logs?: unknown }) => parseLogs(METHOD, receipt?.logs));
  const encoded: Uint8Array[] = [];
  for (const [index, receipt] of receipts.entries()) {
    const one = encodeReceipt(receipt, logs[index] ?? []);
    if (one === undefined) return undefined;
    encoded.push(one);
  }
  const root = bytesToHex(orderedTrieRoot(encoded));
  if (root !== header.receiptsRoot)
    throw inconsistent(METHOD, `the receipts of block ${header.number} have the root ${root}`);
  const all = logs.flat();
  // The root does not cover what stands beside it.
  const wrong = all.find((log, i) => log.logIndex !== i || log.blockHash !== header.hash);
  if (wrong) throw inconsistent(METHOD, `a log of block ${header.number} is misplaced`);
  return all;
}

/** @see EIP-2718; Yellow Paper, section 4.3.1 */
function encodeReceipt(receipt: unknown, logs: readonly RawLog[]): Uint8Array | undefined {
  const { type, status, root, cumulativeGasUsed, logsBloom } = receipt as Record<string, unknown>;
  const kind = typeof type === "string" ? Number(type) : 0;
  const outcome = typeof status === "string" ? toNumber(status) : toBytes(root);
  const gas = typeof cumulativeGasUsed === "string" ? toNumber(cumulativeGasUsed) : undefined;
  const bloom = toBytes(logsBloom);
  // Kinds that other chains have added are encoded in ways of their own.
  if (!(kind >= 0 && kind <= KIND_MAX) || !outcome || !gas || !bloom) return undefined;
  const payload = encodeRlp([outcome, gas, bloom, logs.map(encodeLog)]);
  return kind === 0 ? payload : Uint8Array.from([kind, ...payload]);
}

/** EIP-7702's. */
const KIND_MAX = 4;

function encodeLog({ address, topics, data }: RawLog): RlpInput {
  const part = (hex: Address | Hash | Hex) => hexToBytes(hex);
  return [part(address), topics.map(part), part(data)];
}

function toNumber(text: string): Uint8Array {
  const digits = text.slice(2).replace(/^0+/, "");
  return hexToBytes(`0x${digits.length % 2 === 0 ? digits : `0${digits}`}`);
}

function toBytes(value: unknown): Uint8Array | undefined {
  return typeof value === "string" && /^0x(?:[0-9a-fA-F]{2})*$/.test(value)
    ? hexToBytes(value as Hex)
    : undefined;
}
