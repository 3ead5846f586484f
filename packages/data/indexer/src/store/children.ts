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
  await sql.query(STORE, [chain, JSON.stringify(toRows(births))]);
}

/** Writes down the children that are known before the blocks that tell of them are written. */
export async function storePlannedChildren(
  sql: Sql,
  chain: number,
  births: readonly Birth[],
): Promise<void> {
  await forgetPlannedChildren(sql, chain);
  if (births.length > 0) await sql.query(STORE_PLANNED, [chain, JSON.stringify(toRows(births))]);
}

export async function forgetPlannedChildren(sql: Sql, chain: number): Promise<void> {
  await sql.query("DELETE FROM indexer.planned_child WHERE chain = $1", [chain]);
}

/** Fills the registry with what is stored of its kinds; `planned`: with what is only planned too. */
export async function loadChildren(
  sql: Sql,
  chain: number,
  registry: ChildRegistry,
  which: "written" | "planned" = "written",
): Promise<void> {
  registry.clear();
  if (registry.kinds.length === 0) return;
  const rows = await sql.query<ChildRow>(which === "planned" ? LOAD_PLANNED : LOAD, [chain]);
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

function toRows(births: readonly Birth[]): object[] {
  return births.map(({ kind, address, blockNumber, logIndex }) => ({
    ...{ product: kind.product, contract: kind.contract, address: `\\x${address.slice(2)}` },
    ...{ block_number: blockNumber.toString(), log_index: logIndex },
  }));
}

const STORE = `
  INSERT INTO indexer.child (chain, product, contract, address, block_number, log_index)
  SELECT $1::smallint, product, contract, address, block_number, log_index
  FROM json_to_recordset($2::json) AS r (product text, contract text, address bytea,
    block_number bigint, log_index integer)`;

const LOAD = `
  SELECT product, contract, encode(address, 'hex') AS address, block_number, log_index
  FROM indexer.child WHERE chain = $1`;

const STORE_PLANNED = STORE.replace("indexer.child", "indexer.planned_child");
/** What is written comes last: where both know a child, that holds. */
const LOAD_PLANNED = `${LOAD.replace("indexer.child", "indexer.planned_child")} UNION ALL ${LOAD}`;

type ChildRow = {
  product: string;
  contract: string;
  address: string;
  block_number: bigint;
  log_index: number;
};
