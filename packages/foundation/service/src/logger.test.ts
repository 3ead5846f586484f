import { describe, expect, it } from "vitest";
import { createLogger } from "./logger.ts";

describe("createLogger", () => {
  it("never writes what is named like a secret", () => {
    const lines: string[] = [];
    const logger = createLogger({
      level: "info",
      destination: { write: (line) => lines.push(line) },
    });
    logger.info(
      { privateKey: "0xdead", account: { privateKey: "0xbeef" }, token: "abc" },
      "signed in",
    );
    expect(lines.join()).toContain("signed in");
    expect(lines.join()).not.toMatch(/0xdead|0xbeef|abc/);
  });

  it("tells an error's text, code, fault and cause, and nothing that a library hung on it", () => {
    const lines: string[] = [];
    const logger = createLogger({
      level: "info",
      destination: { write: (line) => lines.push(line) },
    });
    const cause = Object.assign(new Error("reset"), { code: "ECONNRESET", password: "hunter2" });
    const fault = { code: "DATABASE_UNREACHABLE", where: "db:5432" };
    const error = Object.assign(new Error("lost", { cause }), {
      fault,
      client: { key: "hunter2" },
    });
    logger.warn({ err: error }, "no connection");
    expect(JSON.parse(lines.join()).err).toMatchObject({
      ...{ name: "Error", message: "lost", fault },
      cause: { message: "reset", code: "ECONNRESET" },
    });
    expect(JSON.parse(lines.join()).err.stack).toMatch(/^ +at .*logger\.test/);
    expect(lines.join()).not.toContain("hunter2");
  });
});
