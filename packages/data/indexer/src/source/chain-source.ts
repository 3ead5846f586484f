import { type ChainIdentity, outcomeOf, type RpcEndpoint } from "../rpc/rpc-endpoint.ts";
import type { RpcPool } from "../rpc/rpc-pool.ts";
import type { BlockHeader, ChainPoint, IndexedBlock } from "./block.ts";
import { BlockLogs, type LogVerification } from "./block-logs.ts";
import type { LogQuery } from "./log-query.ts";
import { behind, inconsistent, isHashedHeader, parseHeader } from "./parse-answer.ts";
import { type LogRange, RangeReader } from "./range-reader.ts";

export interface SourceSettings {
  /** Whether headers must hash to their hash. By default they must where those of the newest block do. */
  readonly verifyHeaders?: boolean | undefined;
  /** Default `bloom`. */
  readonly verifyLogs?: LogVerification | undefined;
}

/** How long one that is asked for its opinion has. */
const VOTE_MS = 500;

/** Reads a chain over JSON-RPC, and believes it only as far as its answers agree with each other. */
export class ChainSource {
  readonly pool: RpcPool;
  readonly #settings: SourceSettings;
  readonly #blockLogs: BlockLogs;
  readonly #ranges: RangeReader;
  #hashed: boolean;

  constructor(pool: RpcPool, settings: SourceSettings = {}) {
    this.pool = pool;
    this.#settings = settings;
    this.#hashed = settings.verifyHeaders ?? false;
    const verification = settings.verifyLogs ?? "bloom";
    this.#blockLogs = new BlockLogs(pool, verification);
    this.#ranges = new RangeReader({
      ...{ pool, verification, blockLogs: this.#blockLogs },
      headersAt: this.headersAt.bind(this),
      parseHeaders: this.#parseHeaders.bind(this),
    });
  }

  /**
   * What chain this is. Where servers are of several, it is `expected` if any is, else the one most are of.
   *
   * @throws {IndexerError} `INDEXER_SOURCE_UNREACHABLE`
   */
  async identify(expected?: ChainIdentity): Promise<ChainIdentity> {
    const identity = await this.pool.identify(expected);
    // A chain that hashes in another way, or since a fork, would else look as if everybody lied.
    this.#hashed =
      this.#settings.verifyHeaders ??
      this.pool.endpoints.some(({ newest }) => isHashedHeader(newest));
    return identity;
  }

  /** The newest block. */
  head(): Promise<BlockHeader> {
    return this.pool.use((endpoint) => this.headAt(endpoint), { hedge: true });
  }

  async headAt(endpoint: RpcEndpoint): Promise<BlockHeader> {
    const answer = await endpoint.connection.request(GET_BLOCK, ["latest", false]);
    const head = this.parseHead(endpoint, GET_BLOCK, answer);
    this.pool.sawHead(endpoint, head.number);
    return head;
  }

  /** @throws {IndexerError} `INDEXER_SOURCE_INCONSISTENT` */
  parseHead(endpoint: RpcEndpoint, method: string, answer: unknown): BlockHeader {
    return { ...parseHeader(method, answer, this.#hashed), from: endpoint };
  }

  /** The newest block that the chain calls final; undefined where it knows no such thing. */
  async finalized(): Promise<BlockHeader | undefined> {
    try {
      return await this.pool.use(async (endpoint) => {
        const answer = await endpoint.connection.request(GET_BLOCK, ["finalized", false]);
        return answer === null ? undefined : this.parseHead(endpoint, GET_BLOCK, answer);
      });
    } catch (error) {
      if (outcomeOf(error) === "refused") return undefined;
      throw error;
    }
  }

  /**
   * Undefined where the chain has no block of that number, as everybody says.
   *
   * @throws {IndexerError} `INDEXER_SOURCE_BEHIND` where some say so and others cannot be asked
   */
  async header(number: bigint): Promise<BlockHeader | undefined> {
    const absentAt = new Set<RpcEndpoint>();
    try {
      return await this.pool.use(
        async (endpoint) => {
          const [header] = await this.headersAt(endpoint, [number]);
          if (header) return header;
          absentAt.add(endpoint);
          throw behind(GET_BLOCK, `there is no block ${number}`);
        },
        { hedge: true },
      );
    } catch (error) {
      if (outcomeOf(error) !== "behind") throw error;
      // One that is behind does not have it either: whoever cannot be asked may.
      if (this.pool.believed().some((one) => !absentAt.has(one))) throw error;
      return undefined;
    }
  }

  /**
   * Whether a block is still part of the chain. One server that says so is believed, unless others who say it is not
   * are more; one alone that says it is not may be the one that is wrong.
   */
  async has(point: ChainPoint): Promise<boolean> {
    const header = await this.header(point.number);
    if (header?.hash === point.hash) return true;
    const first = header?.from;
    const others = this.pool.good(first ? [first] : []);
    if (first === undefined || others.length === 0) return false;
    return this.#vote(point, first, others);
  }

  /** The blocks of those numbers as one endpoint tells them, by one message; undefined where it has none. */
  async headersAt(
    endpoint: RpcEndpoint,
    numbers: readonly bigint[],
  ): Promise<(BlockHeader | undefined)[]> {
    const calls = numbers.map((number) => ({
      method: GET_BLOCK,
      params: [`0x${number.toString(16)}`, false],
    }));
    const [only] = calls;
    const answers =
      calls.length === 1 && only
        ? [await endpoint.connection.request(only.method, only.params)]
        : await endpoint.connection.requestAll(calls);
    return this.#parseHeaders(endpoint, numbers, answers);
  }

  #parseHeaders(
    endpoint: RpcEndpoint,
    numbers: readonly bigint[],
    answers: readonly unknown[],
  ): (BlockHeader | undefined)[] {
    return answers.map((answer, index) => {
      if (answer === null) return undefined;
      const header = this.parseHead(endpoint, GET_BLOCK, answer);
      if (header.number !== numbers[index])
        throw inconsistent(GET_BLOCK, `block ${header.number} came, not ${numbers[index]}`);
      return header;
    });
  }

  /**
   * A block with its logs that match any of `queries`, by its hash, so that they are of this block and no other of
   * its number.
   */
  async block(header: BlockHeader, queries: readonly LogQuery[]): Promise<IndexedBlock> {
    const { number, hash, timestampMs } = header;
    return { number, hash, timestampMs, logs: await this.#blockLogs.of(header, queries) };
  }

  /** How many blocks a range should have to be answered at once. */
  get rangeBlocks(): bigint {
    return this.#ranges.blocksOf(this.pool.best);
  }

  /** What `[from, to]` has that matches any of `queries`. Only for history, which no reorg changes any more. */
  range(from: bigint, to: bigint, queries: readonly LogQuery[]): Promise<LogRange> {
    return this.#ranges.read(from, to, queries);
  }

  async #vote(
    point: ChainPoint,
    first: RpcEndpoint,
    others: readonly RpcEndpoint[],
  ): Promise<boolean> {
    const [yes, no]: [RpcEndpoint[], RpcEndpoint[]] = [[], [first]];
    const asked = others.map(async (endpoint) => {
      const [header] = await this.headersAt(endpoint, [point.number]);
      if (header) (header.hash === point.hash ? yes : no).push(endpoint);
    });
    await Promise.race([Promise.allSettled(asked), this.pool.pause(VOTE_MS)]);
    const highest = (side: readonly RpcEndpoint[]) =>
      side.reduce(
        (most, { health }) => (health.head && health.head > most ? health.head : most),
        0n,
      );
    const isOn = yes.length === no.length ? highest(yes) >= highest(no) : yes.length > no.length;
    // What they say is of another branch, so nothing they say next would fit.
    for (const endpoint of isOn ? no : yes)
      this.pool.blame(endpoint, behind(GET_BLOCK, `block ${point.number} is of another branch`));
    return isOn;
  }
}

const GET_BLOCK = "eth_getBlockByNumber";
