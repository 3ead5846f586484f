import { createSilentLogger } from "@ghostchain/service";
import { describe, expect, it } from "vitest";
import { createServerDatabase } from "../../src/server-database.ts";

const deps = { logger: createSilentLogger() };

describe("createServerDatabase", () => {
  it("names the host and never the password when no server answers", async () => {
    const url = "postgres://ghost:hunter2@127.0.0.1:1/ghost";
    const database = createServerDatabase(deps, { url, connectTimeoutMs: 200 });
    const error = await database.start(new AbortController().signal).catch((e: unknown) => e);
    expect(error).toMatchObject({
      fault: { code: "DATABASE_UNREACHABLE", where: "127.0.0.1:1/ghost" },
      message: expect.stringContaining("127.0.0.1:1/ghost"),
    });
    expect(JSON.stringify(error) + String(error)).not.toContain("hunter2");
  });

  it("stops waiting for a server when told to", async () => {
    const database = createServerDatabase(deps, { url: "postgres://ghost@127.0.0.1:1/ghost" });
    await expect(database.start(AbortSignal.timeout(150))).rejects.toThrow(/timeout/);
  });

  it.each(["mysql://localhost/x", "localhost:5432", ""])("refuses the URL %j", (url) => {
    expect(() => createServerDatabase(deps, { url })).toThrow(
      expect.objectContaining({ code: "DATABASE_URL_MALFORMED" }),
    );
  });
});
