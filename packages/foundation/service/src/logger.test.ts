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
});
