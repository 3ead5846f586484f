import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { FakeClock } from "./clock.ts";
import { WatchedFile } from "./watched-file.ts";

const directory = mkdtempSync(join(tmpdir(), "ghost-watched-file-"));
afterAll(() => rmSync(directory, { recursive: true }));
const path = join(directory, "watched");
const clock = new FakeClock();

async function readGood(file: string): Promise<string> {
  const text = await readFile(file, "utf8");
  if (text.startsWith("broken")) throw new Error(text);
  return text;
}

async function open() {
  const said: string[] = [];
  const file = await WatchedFile.open(path, {
    clock,
    read: readGood,
    onRead: (now, before) => said.push(`${before} → ${now}`),
    onBroken: (error) => said.push(String(error)),
  });
  return { file, said };
}

describe("WatchedFile", () => {
  it("reads a file again only when it changed", async () => {
    writeFileSync(path, "one");
    const { file, said } = await open();
    await file.look();
    expect(said).toEqual([]);
    writeFileSync(path, "another");
    await file.look();
    await file.look();
    expect(said).toEqual(["one → another"]);
    expect(file.value).toBe("another");
  });

  it("keeps what was good while the file is broken or gone, and says so once", async () => {
    writeFileSync(path, "good");
    const { file, said } = await open();
    writeFileSync(path, "broken now");
    for (let i = 0; i < 3; i += 1) await file.look();
    expect(said).toEqual(["Error: broken now"]);
    rmSync(path);
    for (let i = 0; i < 3; i += 1) await file.look();
    expect(said).toHaveLength(2);
    expect(file.value).toBe("good");
    writeFileSync(path, "good again");
    await file.look();
    expect(file.value).toBe("good again");
  });

  it("looks once for all who ask meanwhile, and not more often than it is told to", async () => {
    writeFileSync(path, "a");
    const { file, said } = await open();
    writeFileSync(path, "bc");
    await file.lookEvery(100);
    expect(said).toEqual([]);
    await clock.advance(100);
    await Promise.all([file.lookEvery(100), file.lookEvery(100), file.look()]);
    expect(said).toEqual(["a → bc"]);
  });

  it("does not open without its file, and opens with what makes it", async () => {
    rmSync(path);
    await expect(open()).rejects.toMatchObject({ code: "ENOENT" });
    const said: string[] = [];
    const file = await WatchedFile.open(path, {
      clock,
      read: readGood,
      async first() {
        writeFileSync(path, "made");
        return "made";
      },
      onRead: () => {},
      onBroken: (error) => said.push(String(error)),
    });
    expect(file.value).toBe("made");
    rmSync(path);
    await file.look();
    expect(said).toHaveLength(1);
  });
});
