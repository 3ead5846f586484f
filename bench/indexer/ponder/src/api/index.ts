import { db } from "ponder:api";
import { Hono } from "hono";
import { sql } from "ponder";

const app = new Hono();

/** PGlite lives in this process alone, so what is in it is asked here. */
app.post("/ask", async (context) => {
  const answer = await db.execute(sql.raw(await context.req.text()));
  return context.json("rows" in answer ? answer.rows : answer);
});

// biome-ignore lint/style/noDefaultExport: what Ponder loads
export default app;
