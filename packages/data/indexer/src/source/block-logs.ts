import { IndexerError } from "../indexer-error.ts";
import { isUnknownBlock, isUnsupported } from "../rpc/refusal.ts";
import type { RpcEndpoint } from "../rpc/rpc-endpoint.ts";
import type { RpcPool } from "../rpc/rpc-pool.ts";
import { Witnesses } from "../rpc/witnesses.ts";
import type { BlockHeader, RawLog } from "./block.ts";
import { compareLogs, requireOfBlock, requireOrdered } from "./check-logs.ts";
import { LogBloom } from "./log-bloom.ts";
import { type LogQuery, mergeLogs } from "./log-query.ts";
import { behind, inconsistent, parseLogs } from "./parse-answer.ts";
import { provenLogs } from "./receipts.ts";

/**
 * How much it takes to believe the logs of a block. `bloom`: they fit its header, and where there are none although
 * the bloom says perhaps, all other servers say so too. `agreement`: all other servers always say the same. `receipts`:
 * they are read from all receipts of the block, whose root its header holds.
 */
export type LogVerification = "bloom" | "agreement" | "receipts";

const GET_LOGS = "eth_getLogs";
const GET_RECEIPTS = "eth_getBlockReceipts";

/** Reads the logs of single blocks, by their hash. */
export class BlockLogs {
  readonly #pool: RpcPool;
  readonly #verification: LogVerification;
  readonly #witnesses: Witnesses;

  constructor(pool: RpcPool, verification: LogVerification) {
    this.#pool = pool;
    this.#verification = verification;
    this.#witnesses = new Witnesses(pool);
  }

  /** Those that match any of `queries`, in the order of the block; without a request where its bloom excludes them. */
  async of(header: BlockHeader, queries: readonly LogQuery[]): Promise<readonly RawLog[]> {
    const asked = mayMatch(header, queries);
    if (asked.length === 0) return [];
    const options = { prefer: header.from, hedge: true };
    return this.#pool.use((endpoint) => this.at(endpoint, header, asked), options);
  }

  /** As one endpoint tells them, checked as far as they can be. */
  async at(
    endpoint: RpcEndpoint,
    header: BlockHeader,
    queries: readonly LogQuery[],
  ): Promise<readonly RawLog[]> {
    const asked = mayMatch(header, queries);
    if (asked.length === 0) return [];
    if (this.#verification === "receipts") return this.#proven(endpoint, header, asked);
    const lists = await Promise.all(asked.map((query) => this.#asked(endpoint, header, query)));
    return mergeLogs(lists);
  }

  async #asked(
    endpoint: RpcEndpoint,
    header: BlockHeader,
    query: LogQuery,
  ): Promise<readonly RawLog[]> {
    const logs = await this.#ask(endpoint, header, query);
    if (logs.length > 0 && this.#verification === "bloom") return logs;
    return this.#agreed(endpoint, header, query, logs);
  }

  /**
   * A server that does not have the block may answer with an empty list as if it had: nothing is believed only
   * together with the block.
   */
  async #ask(
    endpoint: RpcEndpoint,
    header: BlockHeader,
    query: LogQuery,
  ): Promise<readonly RawLog[]> {
    const getLogs = {
      method: GET_LOGS,
      params: [{ blockHash: header.hash, ...query.toFilter() }],
    };
    const getBlock = { method: "eth_getBlockByHash", params: [header.hash, false] };
    try {
      const answer = await endpoint.connection.request(getLogs.method, getLogs.params);
      const logs = check(header, query, answer);
      if (logs.length > 0) return logs;
      const [block, again] = await endpoint.connection.requestAll([getBlock, getLogs]);
      if (block === null) throw behind(GET_LOGS, `block ${header.hash} is not there`);
      return check(header, query, again);
    } catch (error) {
      if (isUnknown(error)) throw behind(GET_LOGS, `block ${header.hash} is not there`);
      throw error;
    }
  }

  /** `logs`, where all other endpoints that can be asked say the same. */
  async #agreed(
    first: RpcEndpoint,
    header: BlockHeader,
    query: LogQuery,
    logs: readonly RawLog[],
  ): Promise<readonly RawLog[]> {
    const subject = { key: header.hash, number: header.number };
    const question = (endpoint: RpcEndpoint) => this.#ask(endpoint, header, query);
    for (const { endpoint, said } of await this.#witnesses.ask(subject, first, question))
      if (compareLogs(logs, said) !== "equal")
        return this.#settle(header, query, { endpoint: first, logs }, { endpoint, logs: said });
    return logs;
  }

  /** Two servers contradict each other: the receipts tell, or else who leaves out what fits the header is wrong. */
  async #settle(
    header: BlockHeader,
    query: LogQuery,
    first: Told,
    second: Told,
  ): Promise<readonly RawLog[]> {
    const proven = await this.#provenByAny(header, query);
    const isRight = (told: Told) =>
      proven === undefined
        ? compareLogs(told.logs, other(told).logs) === "first-has-more"
        : compareLogs(told.logs, proven) === "equal";
    const other = (told: Told) => (told === first ? second : first);
    const wrong = inconsistent(
      GET_LOGS,
      `the logs of block ${header.number} are not all or others`,
    );
    if (!isRight(second) && isRight(first)) {
      this.#pool.blame(second.endpoint, wrong);
      return first.logs;
    }
    if (isRight(second)) throw wrong;
    const where = `${first.endpoint.where}, ${second.endpoint.where}`;
    const reason = `they tell different logs of block ${header.number}`;
    throw new IndexerError(
      { code: "INDEXER_SOURCE_DISPUTED", where, reason },
      `${where}: ${reason}; verify by receipts, or remove the one that is wrong`,
    );
  }

  async #provenByAny(header: BlockHeader, query: LogQuery): Promise<readonly RawLog[] | undefined> {
    for (const endpoint of this.#pool.good()) {
      const proven = await this.#proven(endpoint, header, [query]).catch((error: unknown) => {
        if (error instanceof IndexerError) return undefined;
        throw error;
      });
      if (proven) return proven;
    }
    return undefined;
  }

  /** @throws {IndexerError} `INDEXER_SOURCE_REFUSED` where the endpoint does not give receipts of a kind we know */
  async #proven(
    endpoint: RpcEndpoint,
    header: BlockHeader,
    queries: readonly LogQuery[],
  ): Promise<readonly RawLog[]> {
    const refused = (reason: string) =>
      new IndexerError({
        code: "INDEXER_SOURCE_REFUSED",
        method: GET_RECEIPTS,
        rpcCode: 0,
        reason,
      });
    try {
      const answer = await endpoint.connection.request(GET_RECEIPTS, [header.hash]);
      if (answer === null) throw behind(GET_RECEIPTS, `block ${header.hash} is not there`);
      const logs = provenLogs(header, answer);
      if (logs) return logs.filter((log) => queries.some((query) => query.matches(log)));
    } catch (error) {
      if (isUnknown(error)) throw behind(GET_RECEIPTS, `block ${header.hash} is not there`);
      throw error;
    }
    throw refused("the receipts are not of Ethereum's kind: verify logs by agreement instead");
  }
}

interface Told {
  readonly endpoint: RpcEndpoint;
  readonly logs: readonly RawLog[];
}

/** Those of which the header's bloom says that its block may have some. */
function mayMatch({ logsBloom }: BlockHeader, queries: readonly LogQuery[]): readonly LogQuery[] {
  if (logsBloom === undefined) return queries;
  const bloom = new LogBloom(logsBloom);
  return queries.filter((query) => query.mayMatch(bloom));
}

function check(header: BlockHeader, query: LogQuery, answer: unknown): readonly RawLog[] {
  const logs = parseLogs(GET_LOGS, answer);
  requireOrdered(logs);
  requireOfBlock(header, logs);
  if (!logs.every((log) => query.matches(log)))
    throw inconsistent(GET_LOGS, "a log came that was not asked for");
  return logs;
}

function isUnknown(error: unknown): boolean {
  if (!(error instanceof IndexerError) || error.fault.code !== "INDEXER_SOURCE_REFUSED")
    return false;
  const { reason, rpcCode } = error.fault;
  return isUnknownBlock(reason) && !isUnsupported(rpcCode, reason);
}
