import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  getArgumentValues,
  getNamedType,
  isObjectType,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from "graphql";
import type { BuiltSchema, ListField } from "./build-schema.ts";
import { GraphqlError } from "./graphql-error.ts";
import { firstOf, orderOf, type PageArguments } from "./page.ts";
import { usesIndex } from "./where.ts";

export interface OperationLimits {
  /** Characters of the query. */
  readonly queryChars: number;
  /** Fields within fields; introspection has a limit of its own. */
  readonly depth: number;
  /** Fields of the operation, those of fragments wherever they are used. */
  readonly fields: number;
  readonly aliases: number;
  /** Fields times the rows that they are of, and what reads many rows beside. */
  readonly cost: number;
}

export const DEFAULT_OPERATION_LIMITS: OperationLimits = {
  ...{ queryChars: 16_384, depth: 8, fields: 1_000, aliases: 30, cost: 10_000 },
};

/** A statement that may have to read the whole table, of each row that asks for it. */
const SCAN_COST = 500;
const COUNT_COST = 100;

export type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

/**
 * Looks at the shape alone, before anything that takes longer the larger it is: also at operations that are not valid.
 *
 * @throws {GraphqlError} `GRAPHQL_TOO_DEEP`, `GRAPHQL_TOO_MANY_FIELDS`, `GRAPHQL_TOO_MANY_ALIASES`
 */
export function checkShape(
  operation: OperationDefinitionNode,
  fragments: Fragments,
  limits: OperationLimits,
): void {
  let fields = 0;
  let aliases = 0;
  const visit = (set: SelectionSetNode, depth: number, within: readonly string[]): void => {
    for (const selection of set.selections) {
      if (selection.kind === "FragmentSpread") {
        const name = selection.name.value;
        fields = counted(fields, limits);
        const fragment = within.includes(name) ? undefined : fragments.get(name);
        if (fragment) visit(fragment.selectionSet, depth, [...within, name]);
        continue;
      }
      if (selection.kind === "InlineFragment") {
        fields = counted(fields, limits);
        visit(selection.selectionSet, depth, within);
        continue;
      }
      fields = counted(fields, limits);
      if (selection.alias) aliases += 1;
      if (aliases > limits.aliases)
        throw new GraphqlError(
          { code: "GRAPHQL_TOO_MANY_ALIASES", limit: limits.aliases },
          `the operation has more than ${limits.aliases} aliases: send several operations`,
        );
      const inner = isIntrospection(selection) ? Number.NEGATIVE_INFINITY : depth + 1;
      if (inner > limits.depth)
        throw new GraphqlError(
          { code: "GRAPHQL_TOO_DEEP", limit: limits.depth },
          `the operation is more than ${limits.depth} fields deep: ask for less at once`,
        );
      if (selection.selectionSet) visit(selection.selectionSet, inner, within);
    }
  };
  visit(operation.selectionSet, 0, []);
}

function counted(fields: number, limits: OperationLimits): number {
  if (fields < limits.fields) return fields + 1;
  throw new GraphqlError(
    { code: "GRAPHQL_TOO_MANY_FIELDS", limit: limits.fields },
    `the operation has more than ${limits.fields} fields, those of fragments counted where they are used`,
  );
}

/** How deep these may go is a rule of GraphQL's own, `MaxIntrospectionDepthRule`. */
function isIntrospection({ name }: FieldNode): boolean {
  return name.value === "__schema" || name.value === "__type";
}

/**
 * What a valid operation costs at most: each field as often as there can be rows, a page taken as full.
 *
 * @throws {GraphqlError} `GRAPHQL_ARGUMENT_INVALID`
 */
export function costOf(
  { schema, lists }: BuiltSchema,
  operation: OperationDefinitionNode,
  fragments: Fragments,
  variables: Readonly<Record<string, unknown>>,
): number {
  const reckon = (set: SelectionSetNode, type: GraphQLCompositeType, rows: number): number =>
    set.selections.reduce((cost, selection) => {
      if (selection.kind === "FragmentSpread") {
        const fragment = fragments.get(selection.name.value);
        return fragment ? cost + reckon(fragment.selectionSet, type, rows) : cost;
      }
      if (selection.kind === "InlineFragment")
        return cost + reckon(selection.selectionSet, type, rows);
      return cost + costOfField(selection, type, rows);
    }, 0);

  const costOfField = (node: FieldNode, type: GraphQLCompositeType, rows: number): number => {
    const field = isObjectType(type) ? type.getFields()[node.name.value] : undefined;
    if (field === undefined || !node.selectionSet) return rows;
    const inner = getNamedType(field.type);
    if (!isObjectType(inner)) return rows;
    const list = lists.get(`${type.name}.${field.name}`);
    if (list === undefined) return rows + reckon(node.selectionSet, inner, rows);
    const given: PageArguments = getArgumentValues(field, node, variables);
    const statement = 1 + (isCheap(list, given) ? 0 : SCAN_COST);
    return rows * statement + costOfPage(node.selectionSet, inner, rows, firstOf(given));
  };

  /** Rows of a page are those of its edges and nodes. */
  const costOfPage = (
    set: SelectionSetNode,
    page: GraphQLCompositeType,
    parents: number,
    first: number,
  ): number =>
    set.selections.reduce((cost, selection) => {
      if (selection.kind === "FragmentSpread") {
        const fragment = fragments.get(selection.name.value);
        return fragment ? cost + costOfPage(fragment.selectionSet, page, parents, first) : cost;
      }
      if (selection.kind === "InlineFragment")
        return cost + costOfPage(selection.selectionSet, page, parents, first);
      const name = selection.name.value;
      if (name === "totalCount") return cost + parents * COUNT_COST;
      const rows = name === "edges" || name === "nodes" ? parents * first : parents;
      return cost + costOfField(selection, page, rows);
    }, 0);

  const query = schema.getQueryType();
  return query ? reckon(operation.selectionSet, query, 1) : 0;
}

/** Whether an index leads to the rows of the page, or along them. */
function isCheap({ model, relation }: ListField, given: PageArguments): boolean {
  if (relation !== undefined) return relation.indexed;
  const where = given.where ?? {};
  const narrowed = Object.keys(where).length > 0;
  if (narrowed) return usesIndex(model, where);
  const [first] = orderOf(given);
  return first === undefined || model.table.indexed.has(first.column.name);
}
