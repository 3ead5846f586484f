import { GraphqlError } from "./graphql-error.ts";
import type { Column, ForeignKey, Table } from "./introspect.ts";
import { capitalized, fieldName, type TableNames, tableNames } from "./names.ts";

/** A column as clients name it. */
export interface Field {
  readonly name: string;
  readonly column: Column;
}

/** From a row to one or many of another table. */
export interface Relation {
  readonly name: string;
  readonly to: "one" | "many";
  readonly target: Model;
  /** Of the row that it starts from. */
  readonly from: readonly string[];
  readonly targetColumns: readonly string[];
  /** What an index of the target begins with. */
  readonly indexed: boolean;
}

/** A table with its names in the schema. */
export interface Model {
  readonly table: Table;
  readonly names: TableNames;
  /** Quoted, with its schema. */
  readonly sqlName: string;
  readonly fields: readonly Field[];
  readonly relations: Relation[];
}

/** @throws {GraphqlError} `GRAPHQL_NAME_TAKEN` */
export function modelTables(tables: readonly Table[]): Model[] {
  const models = tables.map((table): Model => {
    const others = tables.filter((other) => other.product === table.product && other !== table);
    const names = tableNames(
      table.product,
      table.name,
      others.map((other) => other.name),
    );
    return {
      ...{ table, names, fields: toFields(table), relations: [] },
      sqlName: `${quoted(table.product)}.${quoted(table.name)}`,
    };
  });
  requireOwnNames(models);
  for (const model of models) relate(model, models);
  return models;
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function columnOf(model: Model, name: string): Column {
  const column = model.table.columns.find((one) => one.name === name);
  if (column === undefined) throw new Error(`${model.sqlName} has no column ${name}`);
  return column;
}

/** Columns that GraphQL has no name for are left out. */
function toFields(table: Table): Field[] {
  const fields = table.columns.flatMap((column) => {
    const name = fieldName(column.name);
    return name === undefined ? [] : [{ name, column }];
  });
  for (const { name, column } of fields) {
    const same = fields.filter((field) => field.name === name);
    if (same.length > 1) {
      const owners = same.map((field) => `${table.product}.${table.name}.${field.column.name}`);
      throw nameTaken(name, owners, column.name);
    }
  }
  return fields;
}

function requireOwnNames(models: readonly Model[]): void {
  const owners = new Map<string, string>([["_meta", "the schema itself"]]);
  for (const { names, sqlName } of models) {
    for (const name of [names.type, names.row, names.list]) {
      const owner = owners.get(name);
      if (owner !== undefined && owner !== sqlName) throw nameTaken(name, [owner, sqlName], name);
      owners.set(name, sqlName);
    }
  }
}

function nameTaken(name: string, owners: string[], hint: string): GraphqlError {
  return new GraphqlError(
    { code: "GRAPHQL_NAME_TAKEN", name, owners },
    `${owners.join(" and ")} would both be ${name} in GraphQL: rename one of them (${hint})`,
  );
}

/** Both ways over each foreign key. */
function relate(model: Model, models: readonly Model[]): void {
  for (const key of model.table.foreignKeys) {
    const target = models.find(
      ({ table }) => table.product === key.target.product && table.name === key.target.table,
    );
    if (target === undefined) continue;
    const among = model.table.foreignKeys.filter((other) => sameTarget(other, key));
    const by = capitalized(fieldName(key.columns.join("_")) ?? "");
    const towards = forwardName(key, target);
    const { shortRow, shortList } = model.names;
    const back = key.unique ? shortRow : shortList;
    add(model, [towards, `${towards}Row`], {
      ...{ to: "one", target, from: key.columns, targetColumns: key.targetColumns },
    });
    add(
      target,
      among.length > 1 || target === model ? [`${back}By${by}`] : [back, `${back}By${by}`],
      {
        ...{ to: key.unique ? "one" : "many", target: model },
        ...{ from: key.targetColumns, targetColumns: key.columns },
      },
    );
  }
}

function sameTarget(one: ForeignKey, other: ForeignKey): boolean {
  return one.target.product === other.target.product && one.target.table === other.target.table;
}

/** `user` for `user_address` that names `users.address`, `winnerUser` for `winner`. */
function forwardName(key: ForeignKey, target: Model): string {
  const [column = "", more] = key.columns;
  const [targetColumn = ""] = key.targetColumns;
  const { shortRow } = target.names;
  if (more !== undefined || column === targetColumn) return shortRow;
  const suffix = `_${targetColumn}`;
  if (!column.endsWith(suffix)) return fieldName(`${column}_${shortRow}`) ?? shortRow;
  return fieldName(column.slice(0, -suffix.length)) ?? shortRow;
}

function add(
  model: Model,
  names: readonly string[],
  relation: Omit<Relation, "name" | "indexed">,
): void {
  const taken = new Set([...model.fields, ...model.relations].map(({ name }) => name));
  const name = names.find((one) => !taken.has(one));
  if (name === undefined)
    throw nameTaken(names.at(-1) ?? "", [model.sqlName, relation.target.sqlName], "a relation");
  const indexed = relation.targetColumns.some((column) =>
    relation.target.table.indexed.has(column),
  );
  model.relations.push({ ...relation, name, indexed });
}
