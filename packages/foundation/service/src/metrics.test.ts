import { describe, expect, it } from "vitest";
import { Health } from "./health.ts";
import { createHealthMetrics, createMetrics } from "./metrics.ts";

describe("createHealthMetrics", () => {
  it("shows each service at the status it has now", async () => {
    const metrics = createMetrics({ processMetrics: false });
    const health = new Health();
    createHealthMetrics(metrics, health);
    health.set("indexer", "starting");
    expect(await metrics.metrics()).toContain(
      'service_status{service="indexer",status="starting"} 1',
    );
    health.set("indexer", "failing", "no server answers");
    const text = await metrics.metrics();
    expect(text).toContain('service_status{service="indexer",status="starting"} 0');
    expect(text).toContain('service_status{service="indexer",status="failing"} 1');
    expect(text).not.toContain("no server answers");
  });
});
