import type { ghostCoreAbi, traceScanAbi } from "@ghostchain/contracts";
import { type Database, migrate } from "@ghostchain/database";
import { openTestDatabase } from "@ghostchain/database/testing";
import { ensureFeed } from "@ghostchain/feed";
import { withBlockSql } from "@ghostchain/indexer/testing";
import type { ChainEvent, FeedDraft, Product } from "@ghostchain/product";
import { FakeClock } from "@ghostchain/service";
import {
  type ContractEventArgsFromTopics,
  type ContractEventName,
  type Hash,
  keccak256,
} from "viem";
import { createGhostnet } from "../../src/ghostnet.ts";

const CORE = "0x00000000000000000000000000000000000C04e0";
const SCAN = "0x00000000000000000000000000000000000005Ca";
const ZERO_HASH: Hash = `0x${"0".repeat(64)}`;

type CoreArgs<Name extends ContractEventName<typeof ghostCoreAbi>> = ContractEventArgsFromTopics<
  typeof ghostCoreAbi,
  Name
>;
type ScanArgs<Name extends ContractEventName<typeof traceScanAbi>> = ContractEventArgsFromTopics<
  typeof traceScanAbi,
  Name
>;

/** The product on a real database, fed with events one by one as the indexer would. */
export class GameTable {
  readonly database: Database;
  /** As in a process that has just started. */
  product: Product;
  readonly clock: FakeClock;
  readonly close: () => Promise<void>;
  #logs = 0;
  #block = 0n;

  private constructor(database: Database, clock: FakeClock, close: () => Promise<void>) {
    this.database = database;
    this.clock = clock;
    this.close = close;
    this.product = newProduct(clock);
  }

  static async open(now: string): Promise<GameTable> {
    const { database, close } = await openTestDatabase();
    const table = new GameTable(database, new FakeClock(Date.parse(now)), close);
    await ensureFeed(database);
    await table.reset();
    return table;
  }

  /** Empty tables again. */
  async reset(): Promise<void> {
    this.product = newProduct(this.clock);
    const { name, migrations } = this.product;
    await this.database.query(`DROP SCHEMA IF EXISTS ${name} CASCADE`);
    await this.database.transaction((sql) => migrate(sql, name, migrations));
  }

  core<Name extends ContractEventName<typeof ghostCoreAbi>>(
    name: Name,
    args: CoreArgs<Name>,
    transaction?: string,
  ): Promise<FeedDraft | undefined> {
    return this.#tell("GhostCore", name, args, transaction);
  }

  scan<Name extends ContractEventName<typeof traceScanAbi>>(
    name: Name,
    args: ScanArgs<Name>,
  ): Promise<FeedDraft | undefined> {
    return this.#tell("TraceScan", name, args);
  }

  /** Asks a route as the API does: parsed by its schemas, both ways. */
  async ask(path: string, parts: { params?: object; query?: object } = {}): Promise<unknown> {
    const route = this.product.routes.find((one) => one.path === path);
    if (!route) throw new Error(`no route ${path}`);
    const request = {
      params: route.params?.parse(parts.params),
      query: route.query?.parse(parts.query ?? {}),
      body: undefined,
      user: undefined,
    };
    const answer = await route.handle(request, { database: this.database, clock: this.clock });
    return route.response.parse(JSON.parse(JSON.stringify(answer)));
  }

  async #tell(
    contract: string,
    name: string,
    args: unknown,
    transaction?: string,
  ): Promise<FeedDraft | undefined> {
    this.#logs += 1;
    this.#block += 1n;
    const label = transaction ?? `${this.#logs}`;
    const event: ChainEvent<unknown> = {
      ...{ contract, name, args, logIndex: this.#logs, blockHash: ZERO_HASH },
      address: contract === "GhostCore" ? CORE : SCAN,
      blockNumber: this.#block,
      blockTimestampMs: this.clock.now(),
      transactionHash: keccak256(new TextEncoder().encode(label)),
    };
    const key = `${contract}:${name}`;
    const { product } = this;
    return this.database.transaction((sql) =>
      withBlockSql(sql, product, async (block) => {
        await product.projections[key]?.(event, block);
        return product.feed[key]?.(event, block);
      }),
    );
  }
}

function newProduct(clock: FakeClock): Product {
  return createGhostnet({ clock }, { ghostCore: CORE, traceScan: SCAN, startBlock: 0n });
}
