import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createTestServerDatabase } from "@ghostchain/database/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { GhostCommand } from "../ghost-command.ts";

const ROOT = resolve(import.meta.dirname, "../../../..");
const DEPLOY = join(ROOT, "deploy");
const PROMETHEUS = join(DEPLOY, "prometheus");

const rule = z.union([
  z.object({ record: z.string(), expr: z.string() }),
  z.object({
    alert: z.string(),
    expr: z.string(),
    labels: z.strictObject({ severity: z.enum(["page", "warn"]) }),
    annotations: z.strictObject({ summary: z.string(), action: z.string(), runbook: z.string() }),
  }),
]);
const rulesFile = z.object({
  groups: z.array(z.object({ name: z.string(), rules: z.array(rule) })),
});
const testsFile = z.object({
  tests: z.array(
    z.object({
      alert_rule_test: z.array(
        z.object({ alertname: z.string(), exp_alerts: z.array(z.unknown()) }),
      ),
    }),
  ),
});

const rules = rulesFile
  .parse(parse(readFileSync(join(PROMETHEUS, "alerts.yml"), "utf8")))
  .groups.flatMap((group) => group.rules);
const alerts = rules.filter((one) => "alert" in one);
const expected = testsFile
  .parse(parse(readFileSync(join(PROMETHEUS, "alerts.test.yml"), "utf8")))
  .tests.flatMap((test) => test.alert_rule_test);

const hasPromtool = spawnSync("promtool", ["--version"]).status === 0;
if (!hasPromtool && process.env.CI) throw new Error("CI needs promtool (Debian: prometheus)");
if (!hasPromtool) console.warn("alert rules: skipped, no promtool");

describe.skipIf(!hasPromtool)("promtool", () => {
  it.each([
    ["check", "config", "prometheus.yml"],
    ["check", "rules", "--lint-fatal", "alerts.yml"],
    ["test", "rules", "alerts.test.yml"],
  ])("is content: promtool %s %s %s", (...words) => {
    const { status, stdout, stderr } = spawnSync("promtool", words, {
      cwd: PROMETHEUS,
      encoding: "utf8",
    });
    expect(status, stdout + stderr).toBe(0);
  });
});

describe("alert rules", () => {
  it.each(alerts.map((one) => [one.alert, one] as const))("%s has a runbook", (_, one) => {
    const file = join(ROOT, one.annotations.runbook);
    expect(existsSync(file), one.annotations.runbook).toBe(true);
    expect(readFileSync(file, "utf8")).toContain(one.alert);
  });

  it.each(alerts.map((one) => one.alert))("%s is shown to fire, and to keep quiet", (alert) => {
    const mine = expected.filter(({ alertname }) => alertname === alert);
    expect(mine.some(({ exp_alerts }) => exp_alerts.length > 0)).toBe(true);
    expect(mine.some(({ exp_alerts }) => exp_alerts.length === 0)).toBe(true);
  });
});

/** What the rest of an expression is about, without what only looks like a metric's name. */
function metricsOf(expression: string): string[] {
  const bare = expression
    .replace(/"[^"]*"/g, "")
    .replace(/\{[^}]*\}|\[[^\]]*\]/g, "")
    .replace(/\b(by|on|ignoring|group_left|without) *\([^)]*\)/g, "");
  const words = [...bare.matchAll(/[a-z][\w:]*\b(?! *\()/g)].map(([word]) => word);
  return words.filter((word) => word.includes("_") && !word.includes(":"));
}

const dashboard = readFileSync(join(DEPLOY, "grafana/dashboards/ghostchain.json"), "utf8");
const shown: string[] = [...dashboard.matchAll(/"expr": ("(?:[^"\\]|\\.)*")/g)].map(([, text]) =>
  JSON.parse(text ?? '""'),
);

const server = await createTestServerDatabase();
if (!server) console.warn("metrics of the rules: skipped, no PostgreSQL");

describe.skipIf(!server)("what rules and the dashboard ask for", () => {
  let ghost: GhostCommand;
  let exposed: string;
  beforeAll(async () => {
    ghost = new GhostCommand(["--players=2"], { DATABASE_URL: server?.url ?? "", REDIS_URL: "" });
    await ghost.ready();
    exposed = await (await fetch(`${ghost.printed("page")}/metrics`)).text();
  }, 90_000);
  afterAll(async () => {
    await ghost?.remove();
    await server?.drop();
  });

  it.each([
    ["rules", rules.map(({ expr }) => expr)],
    ["dashboard", shown],
  ])("is in what the stack exposes: %s", (_, expressions) => {
    const names = new Set(expressions.flatMap(metricsOf));
    expect(names.size).toBeGreaterThan(10);
    const types = new Set([...exposed.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name));
    const absent = [...names].filter(
      (name) => !types.has(name) && !types.has(name.replace(/_(bucket|count|sum)$/, "")),
    );
    expect(absent).toEqual([]);
  });

  it("is of services that there are", () => {
    const named = rules.flatMap(({ expr }) =>
      [...expr.matchAll(/service(?:=|!=|=~|!~)"([^"]*)"/g)].flatMap(([, names = ""]) =>
        names.split("|"),
      ),
    );
    expect(named.length).toBeGreaterThan(3);
    for (const name of named) expect(exposed).toContain(`service_status{service="${name}",`);
  });
});
