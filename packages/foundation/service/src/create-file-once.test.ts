import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createFileOnce } from "./create-file-once.ts";

it("lets those who make a file together agree on one, for its owner alone", async () => {
  const directory = mkdtempSync(join(tmpdir(), "ghost-create-file-"));
  const path = join(directory, "deep", "made");
  await Promise.all(["one", "two", "three"].map((text) => createFileOnce(path, text)));
  const text = readFileSync(path, "utf8");
  expect(["one", "two", "three"]).toContain(text);
  await createFileOnce(path, "four");
  expect(readFileSync(path, "utf8")).toBe(text);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(directory, "deep"))).toEqual(["made"]);
  rmSync(directory, { recursive: true });
});
