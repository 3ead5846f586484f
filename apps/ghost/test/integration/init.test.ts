import { execFile } from "node:child_process";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GhostCommand } from "../ghost-command.ts";

const GHOST = resolve(import.meta.dirname, "../../bin/ghost.mjs");
const BIN = resolve(import.meta.dirname, "../../../../node_modules/.bin");
const run = promisify(execFile);

describe("ghost init", () => {
  const parent = mkdtempSync(join(tmpdir(), "ghost-init-"));
  const directory = join(parent, "My Shop");
  const edit = (file: string, from: string, to: string) => {
    const path = join(directory, file);
    writeFileSync(path, readFileSync(path, "utf8").replace(from, to));
  };
  beforeAll(() => run(process.execPath, [GHOST, "init", directory]));
  afterAll(() => rmSync(parent, { recursive: true, force: true, maxRetries: 5 }));

  it("writes a product whose types and whose test hold", async () => {
    expect(JSON.parse(readFileSync(join(directory, "package.json"), "utf8")).name).toBe("my-shop");
    await run(join(BIN, "tsc"), ["-p", "."], { cwd: directory });
    const { stdout } = await run(join(BIN, "vitest"), ["run"], { cwd: directory });
    expect(stdout).toMatch(/Tests.*2 passed/);
  });

  it("touches no directory that has something in it", async () => {
    await expect(run(process.execPath, [GHOST, "init", directory])).rejects.toMatchObject({
      stderr: expect.stringMatching(/^error: .*My Shop is not empty/),
    });
  });

  it("takes no file for a directory", async () => {
    const file = join(parent, "notes.txt");
    writeFileSync(file, "mine");
    await expect(run(process.execPath, [GHOST, "init", file])).rejects.toMatchObject({
      stderr: expect.stringMatching(/^error: .*notes\.txt is a file.*\n$/),
    });
  });

  it("runs, takes up what is edited, and goes on as before where that is broken", async () => {
    const ghost = new GhostCommand(["--watch", "--players", "0"], {}, directory);
    try {
      await ghost.ready();
      const url = ghost.printed("page");
      const documented = async () => (await fetch(`${url}/docs/json`)).text();
      expect(await (await fetch(`${url}/guestbook`)).json()).toEqual({ entries: [] });
      edit("src/entries-route.ts", "What was written", "All entries");
      await expect.poll(documented, { timeout: 20_000 }).toContain("All entries");
      appendFileSync(join(directory, "src/guestbook.ts"), "\nconst broken: string = ;\n");
      await expect
        .poll(() => ghost.output, { timeout: 20_000 })
        .toMatch(/the change was not taken up: .*src\/guestbook\.ts:\d+/);
      expect(await documented()).toContain("All entries");
      edit("src/guestbook.ts", "\nconst broken: string = ;\n", "");
    } finally {
      await ghost.remove();
    }
  });

  it.each([
    ['name: "guestbook"', 'name: "Guest Book"', "product Guest Book: a name is"],
    [
      '"Guestbook:Erased": async',
      '"Guestbook:Burned": async',
      "product guestbook, Guestbook:Burned: ",
    ],
  ])("does not start with %s changed into %s", async (right, wrong, said) => {
    edit("src/guestbook.ts", right, wrong);
    const ghost = new GhostCommand(["--players", "0"], {}, directory);
    try {
      expect(await ghost.exited).toBe(1);
      expect(ghost.output).toMatch(/^error: /m);
      expect(ghost.output).toContain(said);
    } finally {
      await ghost.remove();
      edit("src/guestbook.ts", wrong, right);
    }
  });
});
