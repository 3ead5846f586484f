import { describe, expect, it } from "vitest";
import { onlyReads } from "./block-sql.ts";

describe("onlyReads", () => {
  it.each([
    "SELECT * FROM shop.orders WHERE id IN (SELECT 1)",
    "  with a AS (SELECT 1) SELECT * FROM a",
    "SELECT count(*), max(updated_at) FROM shop.orders",
  ])("is sure of %s", (text) => expect(onlyReads(text, "shop")).toBe(true));

  it.each([
    "INSERT INTO shop.orders VALUES (1)",
    "WITH gone AS (DELETE FROM shop.orders RETURNING 1) SELECT * FROM gone",
    "SELECT shop.sweep()",
    'SELECT "shop" . "sweep" ()',
    "SELECT 1; UPDATE shop.orders SET id = 2",
    "SELECT * INTO shop.copy FROM shop.orders",
    "DO $$ BEGIN PERFORM 1; END $$",
  ])("is not sure of %s", (text) => expect(onlyReads(text, "shop")).toBe(false));
});
