import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { gunzipSync, gzipSync } from "node:zlib";
import { createTestServerDatabase } from "@ghostchain/database/testing";
import { afterAll, describe, expect, it } from "vitest";
import { GhostCommand } from "../ghost-command.ts";

const GHOST = resolve(import.meta.dirname, "../../bin/ghost.mjs");
const run = promisify(execFile);
const ghost = (...arguments_: string[]) => run(process.execPath, [GHOST, ...arguments_]);

const server = await createTestServerDatabase();
afterAll(() => server?.drop());

describe("ghost db", () => {
  const parent = mkdtempSync(join(tmpdir(), "ghost-db-"));
  const file = join(parent, "backup.gz");
  afterAll(() => rmSync(parent, { recursive: true, force: true, maxRetries: 5 }));

  it("backs up a stack that runs, and restores it elsewhere, once", async () => {
    const running = new GhostCommand(["--players", "0"]);
    try {
      await running.ready();
      const { stdout } = await ghost("db", "backup", file, "--data-dir", running.directory);
      expect(stdout).toMatch(/^\d+ rows of \d+ tables are in /);
    } finally {
      await running.remove();
    }
    const elsewhere = ["--data-dir", join(parent, "elsewhere")];
    expect((await ghost("db", "restore", file, ...elsewhere)).stdout).toMatch(/are back$/m);
    await expect(ghost("db", "restore", file, ...elsewhere)).rejects.toMatchObject({
      stderr: expect.stringMatching(/^error: the database already holds auth, .*an empty one$/m),
    });
    const again = join(parent, "again.gz");
    await ghost("db", "backup", again, ...elsewhere);
    expect(linesOf(again)).toEqual(linesOf(file));
  });

  it.skipIf(!server)("restores into an empty database of a server, once", async () => {
    const env = { ...process.env, DATABASE_URL: server?.url };
    const restored = (from: string) =>
      run(process.execPath, [GHOST, "db", "restore", from], { env });
    expect((await restored(file)).stdout).toMatch(/are back$/m);
    // more than is unpacked before the refusal
    const long = join(parent, "long.gz");
    writeFileSync(long, gzipSync(`${gunzipSync(readFileSync(file))}${"\n".repeat(1e6)}`));
    await expect(restored(long)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^error: the database already holds .*an empty one\n$/),
    });
  });

  it("says in one line what is wrong with a file or a directory", async () => {
    const text = join(parent, "text");
    writeFileSync(text, "no backup");
    const place = ["--data-dir", join(parent, "nowhere")];
    for (const [arguments_, said] of [
      [["restore", text, ...place], "text cannot be used: it is not what ghost db backup writes"],
      [["restore", join(parent, "none"), ...place], "none cannot be used: there is no"],
      [["backup", file, "--data-dir", parent], "holds no database"],
      [["backup"], "expected FILE"],
    ] as const) {
      await expect(ghost("db", ...arguments_)).rejects.toMatchObject({
        stderr: expect.stringMatching(new RegExp(`^error: .*${said}.*\n$`)),
      });
    }
  });
});

/** All but the first, which says when it was made. */
function linesOf(path: string): string[] {
  return gunzipSync(readFileSync(path)).toString().split("\n").slice(1);
}
