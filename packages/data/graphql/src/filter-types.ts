import {
  GraphQLBoolean,
  GraphQLEnumType,
  GraphQLFloat,
  type GraphQLInputFieldConfig,
  GraphQLInputObjectType,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  type GraphQLScalarType,
  GraphQLString,
} from "graphql";
import { type ColumnKind, isComparable } from "./column-kind.ts";
import type { Column } from "./introspect.ts";
import type { Field, Model } from "./model.ts";
import {
  BigIntScalar,
  BytesScalar,
  DateScalar,
  DateTimeScalar,
  DecimalScalar,
  JsonScalar,
  UuidScalar,
} from "./scalars.ts";

const SCALARS: Readonly<Record<ColumnKind, GraphQLScalarType>> = {
  ...{ text: GraphQLString, uuid: UuidScalar, enum: GraphQLString, other: GraphQLString },
  ...{ int: GraphQLInt, bigint: BigIntScalar, decimal: DecimalScalar, float: GraphQLFloat },
  ...{ boolean: GraphQLBoolean, timestamp: DateTimeScalar, date: DateScalar },
  ...{ bytes: BytesScalar, json: JsonScalar },
};

export function scalarOf(kind: ColumnKind): GraphQLScalarType {
  return SCALARS[kind];
}

const orderDirection = new GraphQLEnumType({
  name: "OrderDirection",
  description: "Null is greater than everything.",
  values: { ASC: { value: false }, DESC: { value: true } },
});

/** The input types of one schema, each made once. */
export class FilterTypes {
  readonly #made = new Map<string, GraphQLInputObjectType>();

  /** What rows of a table are filtered by. */
  where({ names, fields }: Model): GraphQLInputObjectType {
    const type: GraphQLInputObjectType = new GraphQLInputObjectType({
      name: `${names.type}Filter`,
      description: "Every condition given must hold.",
      fields: () => {
        const list = new GraphQLList(new GraphQLNonNull(type));
        return {
          ...Object.fromEntries(fields.map((field) => [field.name, this.#filter(field)])),
          and: { type: list, description: "All of these hold." },
          or: { type: list, description: "At least one of these holds." },
          not: { type, description: "This does not hold." },
        };
      },
    });
    return type;
  }

  #filter({ column }: Field): GraphQLInputFieldConfig {
    const comparable = isComparable(column.kind) && !column.isArray;
    const name = comparable ? filterName(column) : "NullFilter";
    const known = this.#made.get(name);
    const type = known ?? new GraphQLInputObjectType({ name, fields: operators(column) });
    this.#made.set(name, type);
    return { type };
  }
}

function filterName({ kind }: Column): string {
  return kind === "enum" ? "LabelFilter" : `${scalarOf(kind).name}Filter`;
}

function operators({ kind, isArray }: Column): Record<string, GraphQLInputFieldConfig> {
  const isNull = { isNull: { type: GraphQLBoolean } };
  if (!isComparable(kind) || isArray) return isNull;
  const type = scalarOf(kind);
  const equality = {
    eq: { type },
    ne: { type, description: "Also true of null." },
    ...(kind === "boolean" ? {} : { in: { type: new GraphQLList(new GraphQLNonNull(type)) } }),
  };
  if (kind === "boolean" || kind === "enum") return { ...equality, ...isNull };
  const range = { lt: { type }, lte: { type }, gt: { type }, gte: { type } };
  const text = {
    startsWith: { type, description: "In this case, letter by letter." },
    contains: { type, description: "In this case, letter by letter." },
  };
  return { ...equality, ...range, ...(kind === "text" ? text : {}), ...isNull };
}

/** Columns that rows are put in order by, as `ENTRY_AT`; undefined when there is none. */
export function orderType({ names, fields }: Model): GraphQLInputObjectType {
  const sortable = fields.filter(({ column }) => isComparable(column.kind) && !column.isArray);
  const values = sortable.map(({ column }) => [column.name.toUpperCase(), { value: column }]);
  const field = new GraphQLEnumType({
    name: `${names.type}OrderField`,
    values: Object.fromEntries(values),
  });
  return new GraphQLInputObjectType({
    name: `${names.type}Order`,
    fields: {
      field: { type: new GraphQLNonNull(field) },
      direction: { type: new GraphQLNonNull(orderDirection), defaultValue: false },
    },
  });
}
