/** `npm run test:conformance`: every suite of published vectors, and how many cases ran and passed. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "./workspace.ts";

interface SuiteReport {
  readonly suite: string;
  readonly ran: number;
  readonly passed: number;
}

const directory = mkdtempSync(join(tmpdir(), "ghost-vectors-"));
const report = join(directory, "report.jsonl");
const vitest = join(ROOT, "node_modules/vitest/vitest.mjs");
const run = spawnSync(
  process.execPath,
  [vitest, "run", "--project", "vectors", ...process.argv.slice(2)],
  { cwd: ROOT, stdio: "inherit", env: { ...process.env, VECTOR_REPORT: report } },
);
const suites = existsSync(report) ? readReport(report) : [];
rmSync(directory, { recursive: true, force: true });
printTable(suites);
process.exitCode = run.status ?? 1;

function readReport(file: string): SuiteReport[] {
  return readFileSync(file, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as SuiteReport)
    .sort((a, b) => a.suite.localeCompare(b.suite));
}

function printTable(suites: readonly SuiteReport[]): void {
  if (suites.length === 0) {
    console.log("\nno vectors ran: set CONFORMANCE_DIR to their folder");
    return;
  }
  const width = Math.max(...suites.map(({ suite }) => suite.length));
  console.log(`\n${"suite".padEnd(width)}  ${"ran".padStart(7)}  ${"passed".padStart(7)}`);
  for (const { suite, ran, passed } of suites) {
    console.log(`${suite.padEnd(width)}  ${`${ran}`.padStart(7)}  ${`${passed}`.padStart(7)}`);
  }
  const ran = suites.reduce((sum, one) => sum + one.ran, 0);
  const passed = suites.reduce((sum, one) => sum + one.passed, 0);
  console.log(`${passed} passed, ${ran - passed} failed`);
}
