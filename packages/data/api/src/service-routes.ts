import type { Health, Metrics } from "@ghostchain/service";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { errorBody } from "./error-answer.ts";

const serviceHealth = z.object({
  status: z.enum(["starting", "ready", "failing", "stopped"]),
  reason: z.string().optional(),
});
const services = z.record(z.string(), serviceHealth);

/** For balancers and monitors: never rate-limited, and open before everything is ready. */
export function registerServiceRoutes(
  app: FastifyInstance,
  { health, metrics }: { health: Health; metrics: Metrics },
): void {
  app.route({
    method: "GET",
    url: "/health",
    schema: {
      tags: ["service"],
      summary: "Whether every service does its job",
      response: {
        200: z.object({ status: z.literal("ready"), services }),
        503: errorBody.extend({ status: z.literal("not_ready"), services }),
      },
    },
    handler: async (_, reply) => {
      const report = health.report();
      reply.header("cache-control", "no-store");
      if (report.status === "ready") return report;
      reply.code(503);
      return { ...report, error: { code: "NOT_READY", message: reasonOf(report.services) } };
    },
  });

  app.route({
    method: "GET",
    url: "/metrics",
    schema: {
      ...{ tags: ["service"], summary: "For Prometheus" },
      response: { 200: { content: { "text/plain": { schema: z.string() } } } },
    },
    handler: async (_, reply) => {
      reply.header("cache-control", "no-store").type(metrics.contentType);
      return metrics.metrics();
    },
  });
}

function reasonOf(all: Readonly<Record<string, { status: string; reason?: string }>>): string {
  const waiting = Object.entries(all)
    .filter(([, { status }]) => status !== "ready")
    .map(([name, { status, reason }]) => `${name} is ${reason ? `${status} (${reason})` : status}`);
  return waiting.length === 0 ? "nothing has started yet" : waiting.join("; ");
}
