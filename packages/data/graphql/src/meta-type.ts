import type { Sql } from "@ghostchain/database";
import {
  GraphQLBoolean,
  type GraphQLFieldConfig,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLString,
} from "graphql";
import type { OperationContext } from "./operation-context.ts";
import { BigIntScalar } from "./scalars.ts";

interface ChainPoint {
  readonly name: string;
  readonly chain_id: string;
  readonly number: string;
  readonly hash: string;
  readonly rebuilding: boolean;
}
type Moment = { readonly epoch: string; readonly sequence_id: bigint };

const block = new GraphQLObjectType<ChainPoint, OperationContext>({
  name: "Block",
  fields: {
    number: { type: new GraphQLNonNull(BigIntScalar) },
    hash: { type: new GraphQLNonNull(GraphQLString) },
  },
});

const chain = new GraphQLObjectType<ChainPoint, OperationContext>({
  name: "Chain",
  fields: {
    name: { type: new GraphQLNonNull(GraphQLString) },
    chainId: { type: new GraphQLNonNull(BigIntScalar), resolve: (point) => point.chain_id },
    block: {
      type: new GraphQLNonNull(block),
      description: "Everything up to and with this block is in the tables.",
      resolve: (point) => point,
    },
    rebuilding: {
      type: new GraphQLNonNull(GraphQLBoolean),
      description: "Tables are being derived anew: they are as of `block`, which is behind.",
    },
  },
});

const meta = new GraphQLObjectType<object, OperationContext>({
  name: "Meta",
  description: "The one moment that all of an operation is read at.",
  fields: {
    epoch: {
      type: GraphQLString,
      description: "Another epoch means another sequence; null before anything is indexed.",
      resolve: async (_, __, { sql }) => (await momentOf(sql))?.epoch,
    },
    sequenceId: {
      type: GraphQLInt,
      description: "The last event that is in the tables: the gateway goes on from here.",
      resolve: async (_, __, { sql }) => {
        const moment = await momentOf(sql);
        return moment && Number(moment.sequence_id);
      },
    },
    block: {
      type: block,
      description: "Of the chain `main`, or of the one that is named.",
      args: { chain: { type: new GraphQLNonNull(GraphQLString), defaultValue: "main" } },
      resolve: async (_, { chain: name }, { sql }) =>
        (await chainsOf(sql)).find((point) => point.name === name),
    },
    chains: {
      type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(chain))),
      resolve: (_, __, { sql }) => chainsOf(sql),
    },
  },
});

export const metaField: GraphQLFieldConfig<unknown, OperationContext> = {
  type: new GraphQLNonNull(meta),
  description: "Which moment the operation reads.",
  resolve: () => ({}),
};

async function momentOf(sql: Sql): Promise<Moment | undefined> {
  if (!(await exists(sql, "feed.state"))) return undefined;
  const [moment] = await sql.query<Moment>("SELECT epoch, sequence_id FROM feed.state", []);
  return moment;
}

/** The tables of the indexer, which may run elsewhere, and may not have started yet. */
async function chainsOf(sql: Sql): Promise<ChainPoint[]> {
  if (!(await exists(sql, "indexer.chain"))) return [];
  return sql.query<Row>(
    `SELECT name, chain_id::text, number::text, hash, raw_number > number AS rebuilding
     FROM indexer.chain ORDER BY id`,
    [],
  );
}
type Row = { -readonly [K in keyof ChainPoint]: ChainPoint[K] };

/** Asked first: a statement that fails would end the transaction. */
async function exists(sql: Sql, table: "feed.state" | "indexer.chain"): Promise<boolean> {
  const [row] = await sql.query<{ made: boolean }>("SELECT to_regclass($1) IS NOT NULL AS made", [
    table,
  ]);
  return row?.made ?? false;
}
