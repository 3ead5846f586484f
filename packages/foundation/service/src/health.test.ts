import { describe, expect, it } from "vitest";
import { Health } from "./health.ts";

describe("Health", () => {
  it("is not ready while nothing has reported", () => {
    expect(new Health().report()).toEqual({ status: "not_ready", services: {} });
  });

  it("is ready when every service is, and says why when one is not", () => {
    const health = new Health();
    health.set("node", "ready");
    health.set("indexer", "failing", "the RPC does not answer");
    expect(health.report().status).toBe("not_ready");
    expect(health.report().services.indexer).toEqual({
      status: "failing",
      reason: "the RPC does not answer",
    });
    health.set("indexer", "ready");
    expect(health.report().status).toBe("ready");
  });
});
