import type { Sql } from "@ghostchain/database";
import type { Address } from "viem";
import type { Birth, ChildRegistry } from "../child-registry.ts";

/** Writes down the children that blocks told of, in the transaction that writes the blocks. */
export async function storeChildren(
  sql: Sql,
  chain: number,
  births: readonly Birth[],
): Promise<void> {
  if (births.length === 0) return;
  const rows = births.map(({ kind, address, blockNumber, logIndex }) => ({
    ...{ product: kind.product, contract: kind.contract, address: `\\x${address.slice(2)}` },
    ...{ block_number: blockNumber.toString(), log_index: logIndex },
  }));
  await sql.query(STORE, [chain, JSON.stringify(rows)]);
}

/** Fills the registry with what is stored of its kinds. */
export async function loadChildren(
  sql: Sql,
  chain: number,
  registry: ChildRegistry,
): Promise<void> {
  registry.clear();
  if (registry.kinds.length === 0) return;
  const rows = await sql.query<ChildRow>(LOAD, [chain]);
  const kinds = new Map(registry.kinds.map((kind) => [`${kind.product}:${kind.contract}`, kind]));
  registry.add(
    rows.flatMap((row): Birth[] => {
      const kind = kinds.get(`${row.product}:${row.contract}`);
      if (kind === undefined) return [];
      const address: Address = `0x${row.address}`;
      return [{ kind, address, blockNumber: row.block_number, logIndex: row.log_index }];
    }),
  );
}

/** Forgets the children of the blocks above `ancestor`. */
export async function deleteChildrenAbove(
  sql: Sql,
  chain: number,
  ancestor: bigint,
): Promise<void> {
  await sql.query("DELETE FROM indexer.child WHERE chain = $1 AND block_number > $2", [
    ...[chain, ancestor],
  ]);
}

const STORE = `
  INSERT INTO indexer.child (chain, product, contract, address, block_number, log_index)
  SELECT $1::smallint, product, contract, address, block_number, log_index
  FROM json_to_recordset($2::json) AS r (product text, contract text, address bytea,
    block_number bigint, log_index integer)`;

const LOAD = `
  SELECT product, contract, encode(address, 'hex') AS address, block_number, log_index
  FROM indexer.child WHERE chain = $1`;

type ChildRow = {
  product: string;
  contract: string;
  address: string;
  block_number: bigint;
  log_index: number;
};
