import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { createTestServerDatabase } from "@ghostchain/database/testing";
import { afterAll, describe, expect, it } from "vitest";

const GHOST = resolve(import.meta.dirname, "../../bin/ghost.mjs");
const run = promisify(execFile);
const server = await createTestServerDatabase();
afterAll(() => server?.drop());

describe.skipIf(!server)("ghost indexer", () => {
  it.each(["status", "rebuild", "verify"])("%s says that nothing is indexed yet", async (name) => {
    const env = { ...process.env, DATABASE_URL: server?.url };
    const { stdout } = await run(process.execPath, [GHOST, "indexer", name], { env });
    expect(stdout).toBe("nothing is indexed here yet\n");
  });
});
