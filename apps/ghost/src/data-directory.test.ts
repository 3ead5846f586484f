import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openDataDirectory } from "./data-directory.ts";

describe("openDataDirectory", () => {
  let path: string;
  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), "ghost-directory-"));
  });
  afterEach(() => rmSync(path, { recursive: true, force: true }));

  it("makes what is missing and finds it again", () => {
    const nested = join(path, "a/b");
    openDataDirectory(nested, { content: "kept" }).release();
    writeFileSync(join(nested, "kept"), "yes");
    openDataDirectory(nested, { content: "kept" }).release();
    expect(readFileSync(join(nested, "kept"), "utf8")).toBe("yes");
  });

  it("empties a directory of ours when asked for a fresh one", () => {
    openDataDirectory(path, { content: "kept" }).release();
    mkdirSync(join(path, "chain"));
    openDataDirectory(path, { content: "fresh" }).release();
    expect(readdirSync(path)).not.toContain("chain");
  });

  it.each(["kept", "fresh"] as const)("never touches a stranger's files (%s)", (content) => {
    writeFileSync(join(path, "thesis.tex"), "years of work");
    expect(() => openDataDirectory(path, { content })).toThrow("not ghost's (thesis.tex");
    expect(readFileSync(join(path, "thesis.tex"), "utf8")).toBe("years of work");
  });

  it("names the other version and what to do", () => {
    writeFileSync(join(path, "VERSION"), "ghost 99\n");
    expect(() => openDataDirectory(path, { content: "kept" })).toThrow(/"ghost 99".*--fresh/);
    openDataDirectory(path, { content: "fresh" }).release();
    expect(readFileSync(join(path, "VERSION"), "utf8")).toBe("ghost 1\n");
  });

  it("is one process's at a time, and gives it back", () => {
    const held = openDataDirectory(path, { content: "kept" });
    expect(() => openDataDirectory(path, { content: "fresh" })).toThrow("in use");
    held.release();
    openDataDirectory(path, { content: "kept" }).release();
  });

  it("says so when the path cannot be a directory", () => {
    writeFileSync(join(path, "file"), "");
    expect(() => openDataDirectory(join(path, "file"), { content: "kept" })).toThrow(
      "cannot be used",
    );
  });

  it.skipIf(process.platform !== "linux")("ends where nobody can make a directory", () => {
    expect(() => openDataDirectory("/proc/ghost/data", { content: "kept" })).toThrow(
      "/proc/ghost/data cannot be used",
    );
  });
});
