import { migrate } from "@ghostchain/database";
import { createGraphql } from "@ghostchain/graphql";
import { createMetrics, createSilentLogger } from "@ghostchain/service";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ApiStand, ask, login } from "../api-stand.ts";
import { demoProduct } from "../demo-product.ts";

const migrations = [{ id: "001", sql: "CREATE TABLE notes (id text PRIMARY KEY, text text)" }];
const product = { ...demoProduct, name: "notebook", migrations, tables: ["notes"], routes: [] };

let stand: ApiStand;
beforeAll(async () => {
  stand = await ApiStand.open();
  await stand.database.transaction((sql) => migrate(sql, "notebook", migrations));
  await stand.database.query("INSERT INTO notebook.notes VALUES ('a', 'one'), ('b', NULL)");
}, 60_000);
afterEach(() => stand.clear());
afterAll(() => stand.close());

function open(limits = {}, introspection = true) {
  const parts = { database: stand.database, logger: createSilentLogger(), products: [product] };
  const metrics = createMetrics({ processMetrics: false });
  const graphql = createGraphql({ ...parts, metrics }, { introspection });
  return stand.api(limits, { graphql });
}
const query = "{ notebookNotes { nodes { id text } totalCount } }";

describe("/graphql", () => {
  it("answers a query of the products' tables", async () => {
    const { url } = await open();
    const { status, body } = await ask(`${url}/graphql`, { json: { query } });
    expect(status).toBe(200);
    const nodes = [
      { id: "a", text: "one" },
      { id: "b", text: null },
    ];
    expect(body.data).toEqual({ notebookNotes: { nodes, totalCount: 2 } });
    const one = "query ($id: String!) { notebookNote(id: $id) { text } }";
    const asked = await ask(`${url}/graphql`, { json: { query: one, variables: { id: "a" } } });
    expect(asked.body.data).toEqual({ notebookNote: { text: "one" } });
  });

  it("shows its schema, unless that is switched off", async () => {
    const { url } = await open();
    const hint = await ask(`${url}/graphql`);
    expect(hint.body.schema).toBe("/graphql/schema");
    const shown = await ask(`${url}/graphql/schema`);
    expect(shown.headers.get("content-type")).toContain("text/plain");
    expect(shown.body).toContain("type NotebookNote {");
    const closed = await open({}, false);
    const hidden = await ask(`${closed.url}/graphql/schema`);
    expect([hidden.status, hidden.body.error.code]).toEqual([403, "GRAPHQL_SCHEMA_HIDDEN"]);
    for (const typo of ["{ __schema { types { name } } }", "{ notebookNots { totalCount } }"]) {
      const { body } = await ask(`${closed.url}/graphql`, { json: { query: typo } });
      expect(body.errors[0].extensions.code).toBe("GRAPHQL_VALIDATION_FAILED");
      expect(JSON.stringify(body)).not.toMatch(/Did you mean|notebookNotes/);
    }
  });

  it("refuses a batch of operations, a form, and a cookie from a foreign page", async () => {
    const { url } = await open();
    const batch = await ask(`${url}/graphql`, { json: [{ query }, { query }] });
    expect([batch.status, batch.body.error.code]).toEqual([400, "VALIDATION_FAILED"]);
    const form = await ask(`${url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: `query=${encodeURIComponent(query)}`,
    });
    expect([form.status, form.body.error.code]).toEqual([415, "CONTENT_TYPE_UNSUPPORTED"]);
    const { cookie } = await login(url);
    const foreign = { cookie, origin: "https://evil.example" };
    const forged = await ask(`${url}/graphql`, { json: { query }, headers: foreign });
    expect([forged.status, forged.body.error.code]).toEqual([403, "CSRF_REFUSED"]);
  });

  it("costs what any request costs", async () => {
    const limits = { anonymousPerMinute: 2, userPerMinute: 2, loginsPerMinute: 2 };
    const { url } = await open({ limits });
    const statuses: number[] = [];
    for (let count = 0; count < 3; count += 1)
      statuses.push((await ask(`${url}/graphql`, { json: { query } })).status);
    expect(statuses).toEqual([200, 200, 429]);
  });

  it("says that it is not ready while the tables are not there", async () => {
    const parts = { database: stand.database, logger: createSilentLogger() };
    const missing = { ...product, name: "later" };
    const metrics = createMetrics({ processMetrics: false });
    const graphql = createGraphql({ ...parts, metrics, products: [missing] });
    const { url } = await stand.api({}, { graphql });
    const early = await ask(`${url}/graphql`, { json: { query: "{ laterNotes { totalCount } }" } });
    expect([early.status, early.body.error.code]).toEqual([503, "GRAPHQL_NOT_READY"]);
    await stand.database.transaction((sql) => migrate(sql, "later", migrations));
    const then = await ask(`${url}/graphql`, { json: { query: "{ laterNotes { totalCount } }" } });
    expect(then.body.data).toEqual({ laterNotes: { totalCount: 0 } });
  });
});
