import { describe, expect, it } from "vitest";
import type { Column, Table } from "./introspect.ts";
import { modelTables } from "./model.ts";

const id: Column = {
  ...{
    name: "id",
    kind: "text",
    casts: ["text"],
    isArray: false,
    notNull: true,
    comment: undefined,
  },
};
function table(name: string, columns: readonly string[] = [], product = "shop"): Table {
  return {
    ...{ product, name, comment: undefined, primaryKey: ["id"], foreignKeys: [] },
    columns: [id, ...columns.map((column) => ({ ...id, name: column }))],
    indexed: new Set(["id"]),
  };
}
const namesOf = (...tables: Table[]) =>
  modelTables(tables).map(({ names: { type, row, list } }) => [type, row, list]);

describe("modelTables", () => {
  it("names rows in the singular and lists in the plural", () => {
    expect(
      namesOf(table("order_lines"), table("entries"), table("boxes"), table("status")),
    ).toEqual([
      ["ShopOrderLine", "shopOrderLine", "shopOrderLines"],
      ["ShopEntry", "shopEntry", "shopEntries"],
      ["ShopBox", "shopBox", "shopBoxes"],
      ["ShopStatus", "shopStatus", "shopStatusList"],
    ]);
  });

  it("keeps tables apart whose singular is the same", () => {
    expect(namesOf(table("box"), table("boxes"))).toEqual([
      ["ShopBox", "shopBox", "shopBoxList"],
      ["ShopBoxes", "shopBoxes", "shopBoxesList"],
    ]);
  });

  it("refuses names that two would share, and says which", () => {
    const twice = () => modelTables([table("a", ["x_y", "xY"])]);
    expect(twice).toThrow(expect.objectContaining({ code: "GRAPHQL_NAME_TAKEN" }));
    expect(twice).toThrow(/shop\.a\.x_y and shop\.a\.xY/);
    const across = () => modelTables([table("b_items", [], "a"), table("items", [], "a_b")]);
    expect(across).toThrow(expect.objectContaining({ code: "GRAPHQL_NAME_TAKEN" }));
  });

  it("leaves out columns that GraphQL has no name for", () => {
    const [model] = modelTables([table("a", ["1st", "two words", "_under_score"])]);
    expect(model?.fields.map(({ name }) => name)).toEqual(["id", "underScore"]);
  });
});
