/** Adds up vitest's JSON reports and prints `N passed, N failed, N skipped` as the last line. */
import { readJson } from "./workspace.ts";

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
}

const reports = process.argv.slice(2).map((file) => readJson<Report>(file));
const sum = (pick: (report: Report) => number) => reports.reduce((all, one) => all + pick(one), 0);
const skipped = sum((report) => report.numPendingTests);
const skippedNote = skipped > 0 ? `, ${skipped} skipped` : "";
console.log(
  `${sum((report) => report.numPassedTests)} passed, ${sum((report) => report.numFailedTests)} failed${skippedNote}`,
);
