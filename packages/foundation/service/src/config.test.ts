import { describe, expect, it } from "vitest";
import { z } from "zod";
import { ConfigError, parseConfig } from "./config.ts";

const schema = z.object({
  port: z.coerce.number().int().min(1).max(65_535),
  host: z.string().min(1),
});

describe("parseConfig", () => {
  it("answers a frozen object", () => {
    const config = parseConfig(schema, { port: "8545", host: "127.0.0.1" });
    expect(config).toEqual({ port: 8545, host: "127.0.0.1" });
    expect(Object.isFrozen(config)).toBe(true);
  });

  it("names every wrong setting and shows no value", () => {
    const secret = "hunter2";
    const attempt = () => parseConfig(schema, { port: secret, host: "" });
    expect(attempt).toThrow(ConfigError);
    try {
      attempt();
    } catch (error) {
      const { fault, message } = error as ConfigError;
      expect(fault.issues.map(({ key }) => key)).toEqual(["port", "host"]);
      expect(message).not.toContain(secret);
    }
  });
});
