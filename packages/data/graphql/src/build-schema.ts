import {
  GraphQLBoolean,
  type GraphQLFieldConfig,
  type GraphQLFieldConfigArgumentMap,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  type GraphQLOutputType,
  GraphQLSchema,
  GraphQLString,
} from "graphql";
import { showValue } from "./column-kind.ts";
import { completeOrder } from "./cursor.ts";
import { FilterTypes, orderType, scalarOf } from "./filter-types.ts";
import type { Column } from "./introspect.ts";
import { metaField } from "./meta-type.ts";
import { columnOf, type Field, type Model, type Relation } from "./model.ts";
import type { OperationContext } from "./operation-context.ts";
import { FIRST_DEFAULT, FIRST_MAX, Page, type PageArguments } from "./page.ts";
import { type Anchor, type StoredRow, textOf } from "./row-loader.ts";
import { checked } from "./where.ts";

type RowField = GraphQLFieldConfig<StoredRow, OperationContext>;
type PageField = GraphQLFieldConfig<Page, OperationContext>;

/** A field that gives a page: what its cost is reckoned from. */
export interface ListField {
  readonly model: Model;
  /** Undefined at the root. */
  readonly relation: Relation | undefined;
}

export interface BuiltSchema {
  readonly schema: GraphQLSchema;
  /** By `Type.field`. */
  readonly lists: ReadonlyMap<string, ListField>;
}

/** The schema of some tables: rows by key, lists in pages, and relations both ways. */
export function buildSchema(models: readonly Model[]): BuiltSchema {
  return new SchemaBuilder().build(models);
}

class SchemaBuilder {
  readonly #lists = new Map<string, ListField>();
  readonly #filters = new FilterTypes();
  readonly #types = new Map<
    Model,
    { row: GraphQLObjectType; connection: GraphQLObjectType; args: GraphQLFieldConfigArgumentMap }
  >();

  build(models: readonly Model[]): BuiltSchema {
    for (const model of models) {
      const row = this.#rowType(model);
      const args = this.#pageArguments(model);
      this.#types.set(model, { row, connection: connectionType(model, row), args });
    }
    const fields = models.flatMap((model) => [this.#rowRoot(model), this.#listRoot(model)]);
    const query = new GraphQLObjectType<unknown, OperationContext>({
      name: "Query",
      fields: { ...Object.fromEntries(fields), _meta: metaField },
    });
    return { schema: new GraphQLSchema({ query }), lists: this.#lists };
  }

  #of(model: Model) {
    const types = this.#types.get(model);
    if (types === undefined) throw new Error(`${model.sqlName} is not in the schema`);
    return types;
  }

  #rowType(model: Model): GraphQLObjectType<StoredRow, OperationContext> {
    const { names, table, fields, relations } = model;
    return new GraphQLObjectType<StoredRow, OperationContext>({
      name: names.type,
      ...(table.comment === undefined ? {} : { description: table.comment }),
      fields: () =>
        Object.fromEntries([
          ...fields.map((field) => [field.name, columnField(model, field)]),
          ...relations.map((relation) => [relation.name, this.#relationField(model, relation)]),
        ]),
    });
  }

  #relationField(model: Model, relation: Relation): RowField {
    const { target } = relation;
    const types = this.#of(target);
    const anchorOf = (row: StoredRow) => anchorFrom(model, relation, row);
    if (relation.to === "one")
      return {
        type: types.row,
        resolve: (row, _, { loader }) => readOne(target, anchorOf(row), loader),
      };
    this.#lists.set(`${model.names.type}.${relation.name}`, { model: target, relation });
    return {
      type: new GraphQLNonNull(types.connection),
      args: types.args,
      resolve: (row, args: PageArguments, { loader }) =>
        new Page(target, args, loader, anchorOf(row)),
    };
  }

  #rowRoot(model: Model): [string, GraphQLFieldConfig<unknown, OperationContext>] {
    const key = model.table.primaryKey.map((name) => {
      const field = model.fields.find((one) => one.column.name === name);
      return { name: field?.name ?? name, column: columnOf(model, name) };
    });
    const args = key.map(({ name, column }) => [
      name,
      { type: new GraphQLNonNull(scalarOf(column.kind)) },
    ]);
    const config: GraphQLFieldConfig<unknown, OperationContext> = {
      type: this.#of(model).row,
      description: `One row of ${model.table.name} by its key; null where there is none.`,
      args: Object.fromEntries(args),
      resolve: (_, given, { loader }) => {
        const values = key.map(({ name, column }) => checked(column, given[name], name));
        return readOne(model, { columns: model.table.primaryKey, key: values }, loader);
      },
    };
    return [model.names.row, config];
  }

  #listRoot(model: Model): [string, GraphQLFieldConfig<unknown, OperationContext>] {
    const { connection, args } = this.#of(model);
    this.#lists.set(`Query.${model.names.list}`, { model, relation: undefined });
    return [
      model.names.list,
      {
        type: new GraphQLNonNull(connection),
        description: model.table.comment ?? `Rows of ${model.table.name}.`,
        args,
        resolve: (_, given: PageArguments, { loader }) => new Page(model, given, loader),
      },
    ];
  }

  #pageArguments(model: Model): GraphQLFieldConfigArgumentMap {
    return {
      where: { type: this.#filters.where(model) },
      orderBy: {
        type: new GraphQLList(new GraphQLNonNull(orderType(model))),
        description: "The first that differs decides; the key, ascending, comes last of itself.",
      },
      first: {
        type: GraphQLInt,
        defaultValue: FIRST_DEFAULT,
        description: `At most ${FIRST_MAX}.`,
      },
      after: {
        type: GraphQLString,
        description: "A cursor of this list in this order: the page begins after it.",
      },
    };
  }
}

function columnField(model: Model, { column }: Field): RowField {
  const index = model.table.columns.indexOf(column);
  return {
    type: typeOf(column),
    ...(column.comment === undefined ? {} : { description: column.comment }),
    resolve: (row) => {
      const value = row[index];
      if (value === null || value === undefined) return null;
      if (typeof value === "string") return showValue(column.kind, value);
      return value.map((item) => (item === null ? null : showValue(column.kind, item)));
    },
  };
}

function typeOf({ kind, isArray, notNull }: Column): GraphQLOutputType {
  const scalar = scalarOf(kind);
  const type = isArray ? new GraphQLList(scalar) : scalar;
  return notNull ? new GraphQLNonNull(type) : type;
}

function connectionType(model: Model, row: GraphQLObjectType): GraphQLObjectType {
  const { type } = model.names;
  const node = { type: new GraphQLNonNull(row) };
  const edge = new GraphQLObjectType<{ page: Page; row: StoredRow }, OperationContext>({
    name: `${type}Edge`,
    fields: {
      cursor: {
        type: new GraphQLNonNull(GraphQLString),
        resolve: (found) => found.page.cursorOf(found.row),
      },
      node: { ...node, resolve: (found) => found.row },
    },
  });
  const listOf = (item: GraphQLObjectType) =>
    new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(item)));
  const fields: Record<string, PageField> = {
    edges: {
      type: listOf(edge),
      resolve: async (page) => (await page.rows()).map((found) => ({ page, row: found })),
    },
    nodes: { type: listOf(row), description: "Rows alone.", resolve: (page) => page.rows() },
    pageInfo: { type: new GraphQLNonNull(pageInfo), resolve: (page) => page },
    totalCount: {
      type: new GraphQLNonNull(GraphQLInt),
      description: "Of all pages.",
      resolve: (page) => page.count(),
    },
  };
  return new GraphQLObjectType<Page, OperationContext>({ name: `${type}Connection`, fields });
}

const pageInfo = new GraphQLObjectType<Page, OperationContext>({
  name: "PageInfo",
  fields: {
    hasNextPage: { type: new GraphQLNonNull(GraphQLBoolean), resolve: (page) => page.hasNext() },
    hasPreviousPage: {
      type: new GraphQLNonNull(GraphQLBoolean),
      description: "Always false: pages are read forwards.",
      resolve: () => false,
    },
    startCursor: { type: GraphQLString, resolve: async (page) => cursorAt(page, 0) },
    endCursor: { type: GraphQLString, resolve: async (page) => cursorAt(page, -1) },
  },
});

async function cursorAt(page: Page, index: number): Promise<string | null> {
  const row = (await page.rows()).at(index);
  return row === undefined ? null : page.cursorOf(row);
}

function anchorFrom(model: Model, { from, targetColumns }: Relation, row: StoredRow): Anchor {
  const key = from.flatMap((name) => textOf(model, row, name) ?? []);
  return { columns: targetColumns, key: key.length < from.length ? undefined : key };
}

async function readOne(
  model: Model,
  anchor: Anchor,
  loader: OperationContext["loader"],
): Promise<StoredRow | undefined> {
  const order = completeOrder(model, []);
  const one = { model, order, where: undefined, after: undefined, limit: 1 };
  const [row] = await loader.rows(one, anchor);
  return row;
}
