import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createEmbeddedDatabase,
  createPgliteDatabase,
  type Database,
  migrate,
} from "@ghostchain/database";
import { openTestDatabase, type TestDatabase } from "@ghostchain/database/testing";
import type { Product } from "@ghostchain/product";
import { defineProduct } from "@ghostchain/product";
import { createMetrics, createSilentLogger, type Logger } from "@ghostchain/service";
import { createGraphql, type Graphql, type GraphqlOptions } from "../src/graphql.ts";

const SIGNAL = new AbortController().signal;
const logger = createSilentLogger();

/** What an operation answered; the tests look into it. */
export interface Answered {
  // biome-ignore lint/suspicious/noExplicitAny: of any shape
  readonly data: any;
  readonly codes: readonly unknown[];
  readonly messages: readonly string[];
  readonly cost: number | undefined;
}

/** A product's tables in a database, and GraphQL over them. */
export class GraphqlStand {
  readonly database: Database;
  readonly product: Product;
  readonly #close: () => Promise<void>;

  constructor(opened: TestDatabase, product: Product) {
    this.database = opened.database;
    this.product = product;
    this.#close = opened.close;
  }

  static async open(
    sql: string,
    tables: readonly string[],
    open: () => Promise<TestDatabase> = openTestDatabase,
  ): Promise<GraphqlStand> {
    const migrations = [{ id: "001", sql }];
    const product = defineProduct({ name: "shop", contracts: {}, migrations, tables });
    const stand = new GraphqlStand(await open(), product);
    await stand.database.transaction((tx) => migrate(tx, "shop", migrations));
    return stand;
  }

  graphql(options: GraphqlOptions = {}, parts: { logger?: Logger } = {}): Graphql {
    const metrics = createMetrics({ processMetrics: false });
    const { database, product } = this;
    return createGraphql({ database, products: [product], metrics, logger, ...parts }, options);
  }

  close(): Promise<void> {
    return this.#close();
  }
}

export async function ask(
  graphql: Graphql,
  query: string,
  variables: Readonly<Record<string, unknown>> = {},
): Promise<Answered> {
  const { data, errors = [], extensions } = await graphql.execute({ query, variables }, SIGNAL);
  return {
    data,
    codes: errors.map((error) => error.extensions?.code),
    messages: errors.map((error) => error.message),
    cost: extensions?.cost,
  };
}

/** Each kind of database, opened empty. */
export const DATABASES: Readonly<Record<string, () => Promise<TestDatabase>>> = {
  "embedded PostgreSQL": () =>
    inDirectory((dataDir) => createEmbeddedDatabase({ logger }, { dataDir })),
  PGlite: () => inDirectory((dataDir) => createPgliteDatabase({ logger }, { dataDir })),
  "PostgreSQL server, or the embedded one": openTestDatabase,
};

async function inDirectory(create: (dataDir: string) => Database): Promise<TestDatabase> {
  const dataDir = mkdtempSync(join(tmpdir(), "ghost-graphql-"));
  const database = create(dataDir);
  await database.start(AbortSignal.timeout(60_000));
  return {
    database,
    async close() {
      await database.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
