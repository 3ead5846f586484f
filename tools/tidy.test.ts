import { execFileSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { listPackages, ROOT, readText } from "./workspace.ts";

const MAX_README_LINES = 40;
const MAX_ADR_LINES = 60;
const ROOT_DOCUMENTS = [
  "README.md",
  "ARCHITECTURE.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  "LICENSE",
];
const VAGUE_NAMES = /(^|\/)(utils?|helpers?|common|misc|types)\.(ts|svelte)$/;
/** What a public repository has no business naming. The parts are joined so that this file passes. */
const MACHINE_PATHS = new RegExp(
  ["/home/[a-z]", ["/wo", "rk/"].join(""), "/Users/[a-z]"].join("|"),
);

const tracked = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: ROOT,
  encoding: "utf8",
})
  .split("\n")
  .filter((file) => file !== "" && statSync(join(ROOT, file), { throwIfNoEntry: false })?.isFile());

const texts = tracked.filter((file) =>
  /\.(ts|svelte|md|json|mjs|sol|toml|css|html|yaml|yml)$/.test(file),
);

function lineCount(file: string): number {
  return readFileSync(join(ROOT, file), "utf8").trimEnd().split("\n").length;
}

describe("tidiness", () => {
  it.each(ROOT_DOCUMENTS)("has %s", (file) => {
    expect(readText(file)).toBeTruthy();
  });

  it("shows the two commands in README.md", () => {
    expect(readText("README.md")).toContain("npm ci && npm start");
    expect(readText("README.md")).toContain("npm ci && npm test");
  });

  it.each(listPackages().map(({ directory }) => directory))(
    "has a short README in %s",
    (directory) => {
      const text = readText(`${directory}/README.md`);
      expect(text, "no README.md").toBeTruthy();
      expect(text?.trimEnd().split("\n").length).toBeLessThanOrEqual(MAX_README_LINES);
    },
  );

  it("numbers its decisions without a gap and keeps them short", () => {
    const decisions = tracked
      .filter((file) => /^docs\/adr\/\d{4}-[a-z0-9-]+\.md$/.test(file))
      .sort();
    const numbers = decisions.map((file) => Number(file.slice("docs/adr/".length).slice(0, 4)));
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
    for (const file of decisions) expect(lineCount(file), file).toBeLessThanOrEqual(MAX_ADR_LINES);
  });

  it("names files for an idea", () => {
    expect(tracked.filter((file) => VAGUE_NAMES.test(file))).toEqual([]);
  });

  it("names no machine's paths", () => {
    const naming = texts.filter((file) => MACHINE_PATHS.test(readText(file) ?? ""));
    expect(naming).toEqual([]);
  });

  it("locks packages without naming a registry host", () => {
    expect(readText("package-lock.json")).not.toMatch(/"resolved": "https?:/);
  });

  it("has links in its documents that lead somewhere", () => {
    const broken = texts
      .filter((file) => file.endsWith(".md"))
      .flatMap((file) =>
        [...(readText(file) ?? "").matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)[^)]*\)/g)]
          .map((match) => match[1] ?? "")
          .filter((link) => !statSync(join(ROOT, file, "..", link), { throwIfNoEntry: false }))
          .map((link) => `${file} → ${link}`),
      );
    expect(broken).toEqual([]);
  });
});
