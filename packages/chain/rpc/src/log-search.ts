import { setImmediate as nextTurn } from "node:timers/promises";
import type { Header } from "@ghostchain/protocol";
import type { BlockReference, RpcBackend } from "./backend.ts";
import { requireBlock, requireReceipts } from "./environment.ts";
import { formatMatchingLogs, type LogJson } from "./format/log.ts";
import type { RpcLimits } from "./limits.ts";
import { createLogFilter, type LogFilter } from "./log-filter.ts";
import type { LogQuery, LogScope } from "./read/log-query.ts";
import { invalidValue } from "./read/value.ts";
import { RpcError } from "./rpc-error.ts";

/** How long a scan may hold the event loop before others get a turn. */
const SLICE_MS = 10;

/**
 * The logs a query asks for, oldest first.
 *
 * @throws {RpcError} `RPC_NOT_FOUND` for an unknown block hash, `RPC_PARAMS_INVALID` for a range that is
 *   upside down or ends after the head, `RPC_LIMIT_EXCEEDED`
 */
export async function findLogs(
  backend: RpcBackend,
  limits: RpcLimits,
  query: LogQuery,
): Promise<LogJson[]> {
  const filter = createLogFilter(query);
  if ("blockHash" in query) {
    const reference = { hash: query.blockHash, requireCanonical: false };
    const stored = requireBlock(backend, reference);
    if (!filter.mayMatch(stored.block.header.logsBloom)) return [];
    const found = formatMatchingLogs(stored, requireReceipts(backend, stored), filter, false);
    return withinLimit(found, limits);
  }
  const { from, to } = resolveRange(backend, query);
  const count = to - from + 1n;
  if (count > limits.logRangeBlocks) {
    throw tooMuch(`block range too wide: ${count} blocks, at most ${limits.logRangeBlocks}`);
  }
  const { logs } = await scanLogs(backend, filter, { from, to, enough: limits.logResults + 1 });
  return withinLimit(logs, limits);
}

/**
 * Logs of the canonical blocks `[from, to]` that the filter takes. It stops after the block that brings
 * `enough` of them, and says which block it looked at last.
 */
export async function scanLogs(
  backend: RpcBackend,
  filter: LogFilter,
  range: { from: bigint; to: bigint; enough: number },
): Promise<{ logs: LogJson[]; last: bigint }> {
  const logs: LogJson[] = [];
  let sliceEndsMs = performance.now() + SLICE_MS;
  for (let number = range.from; number <= range.to; number++) {
    if (performance.now() > sliceEndsMs) {
      await nextTurn();
      sliceEndsMs = performance.now() + SLICE_MS;
    }
    for (const log of logsOfBlock(backend, filter, number)) logs.push(log);
    if (logs.length >= range.enough) return { logs, last: number };
  }
  return { logs, last: range.to };
}

function logsOfBlock(backend: RpcBackend, filter: LogFilter, number: bigint): LogJson[] {
  const header = headerOf(backend, number);
  if (!header || !filter.mayMatch(header.logsBloom)) return [];
  const stored = backend.block({ number });
  if (!stored) return [];
  return formatMatchingLogs(stored, requireReceipts(backend, stored), filter, false);
}

function headerOf(backend: RpcBackend, number: bigint): Header | undefined {
  return backend.headerAt ? backend.headerAt(number) : backend.block({ number })?.block.header;
}

/** Block numbers of a range; what is left out means the head. */
function resolveRange(backend: RpcBackend, range: Exclude<LogScope, { blockHash: unknown }>) {
  const head = backend.head().block.header.number;
  const from = numberOf(backend, range.from ?? { tag: "latest" });
  const to = numberOf(backend, range.to ?? { tag: "latest" });
  if (to > head) throw invalidValue("block range extends beyond current head block");
  if (from > to && range.from && range.to && "number" in range.to) {
    throw invalidValue(`invalid block range params: fromBlock ${from} is after toBlock ${to}`);
  }
  return { from, to };
}

/** The pending block has no logs yet, so it stands for the head. */
function numberOf(backend: RpcBackend, reference: BlockReference): bigint {
  if ("number" in reference) return reference.number;
  if ("tag" in reference && reference.tag === "earliest") return 0n;
  const isPending = "tag" in reference && reference.tag === "pending";
  const settled: BlockReference = isPending ? { tag: "latest" } : reference;
  return requireBlock(backend, settled).block.header.number;
}

function withinLimit(found: LogJson[], limits: RpcLimits): LogJson[] {
  if (found.length <= limits.logResults) return found;
  throw tooMuch(`query returned more than ${limits.logResults} results`);
}

function tooMuch(problem: string): RpcError {
  return new RpcError({ code: "RPC_LIMIT_EXCEEDED", problem });
}
