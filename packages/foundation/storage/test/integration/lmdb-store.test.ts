import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type KeyValue, openLmdb, StorageError } from "../../src/index.ts";
import { describeKeyValue } from "../key-value-contract.ts";
import { outputOf, outputUntilKilled, runChild } from "./child-process.ts";

const root = mkdtempSync(join(tmpdir(), "ghost-lmdb-"));
afterAll(() => rmSync(root, { recursive: true }));
const freshDirectory = () => mkdtempSync(join(root, "store-"));

describeKeyValue("openLmdb", () => openLmdb({ path: freshDirectory() }));

describe("openLmdb", () => {
  it("creates the directory it is given, also where its name looks like a file's", async () => {
    const path = join(freshDirectory(), "deep", "state.v1");
    await openLmdb({ path }).close();
    expect(readdirSync(path)).toContain("data.mdb");
  });

  it("finds everything again after it was closed", async () => {
    const path = freshDirectory();
    const first = openLmdb({ path });
    await first.write([{ key: key(1), value: key(2) }]);
    await first.close();
    const second = openLmdb({ path });
    expect(second.get(key(1))).toEqual(key(2));
    await second.close();
  });

  it("is refused a directory open in this process, and names it", async () => {
    const path = freshDirectory();
    const store = openLmdb({ path });
    expect(() => openLmdb({ path })).toThrow(StorageError);
    expect(() => openLmdb({ path })).toThrow(`STORE_LOCKED: ${path} is in use`);
    await store.close();
    await openLmdb({ path }).close();
  });

  it("is refused a directory open in another process until that one is killed", async () => {
    const path = freshDirectory();
    const holder = runChild(`openLmdb({ path: ${JSON.stringify(path)} }); console.log("open");
      setInterval(() => {}, 1000);`);
    await new Promise((resolve) => holder.stdout.once("data", resolve));
    expect(() => openLmdb({ path })).toThrow("STORE_LOCKED");
    const gone = new Promise((resolve) => holder.once("exit", resolve));
    holder.kill("SIGKILL");
    await gone;
    await openLmdb({ path }).close();
  });

  it("says why it cannot open", () => {
    const path = freshDirectory();
    writeFileSync(join(path, "data.mdb"), "not a database".repeat(1000));
    expect(() => openLmdb({ path })).toThrow("STORE_UNAVAILABLE");
    expect(() => openLmdb({ path }), "and leaves no lock").toThrow("STORE_UNAVAILABLE");
    const file = join(freshDirectory(), "file");
    writeFileSync(file, "");
    expect(() => openLmdb({ path: join(file, "below") })).toThrow("STORE_UNAVAILABLE");
  });

  it("keeps nothing of a write that does not fit on the disk, and goes on", async () => {
    const child = runChild(
      `
      const store = openLmdb({ path: ${JSON.stringify(freshDirectory())} });
      const put = (...keys) => store.write(keys.map((key) => ({ key, value: Buffer.alloc(1.9e6) })));
      const [a, b, c, d, e] = "abcde".split("").map((name) => Buffer.from(name));
      await put(a, b);
      const code = await put(c, d, e).catch((error) => error.code);
      await store.write([{ key: a, value: undefined }]);
      const left = [...store.range({ from: a, to: Buffer.from("z") })].map(([key]) => \`\${key}\`);
      console.log(JSON.stringify({ code, left }));
      await store.close();`,
      { fileLimitKib: 4096 },
    );
    const output = await outputOf(child);
    expect(JSON.parse(output)).toEqual({ code: "STORE_WRITE_FAILED", left: ["98"] });
  });
});

describe("a process killed while it writes", () => {
  it("has every acknowledged write on disk, and each write whole or not at all", async () => {
    const path = freshDirectory();
    let acknowledged = 0;
    for (let round = 0; round < 3; round += 1) {
      acknowledged = Math.max(acknowledged, await writeUntilKilled(path, 100 + 70 * round));
      const store = openLmdb({ path });
      const numbers = numbersIn(store);
      expect(numbers.length).toBeGreaterThanOrEqual(acknowledged * 2);
      expect(numbers.length % 2, "pairs are written together").toBe(0);
      expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, n) => n));
      await store.close();
    }
    expect(acknowledged).toBeGreaterThan(0);
  });
});

/** Pairs written one after another by a child, going on from what is there; returns the last confirmed. */
async function writeUntilKilled(path: string, runMs: number): Promise<number> {
  const output = await outputUntilKilled(
    `
    const store = openLmdb({ path: ${JSON.stringify(path)} });
    const key = (n) => { const bytes = Buffer.alloc(4); bytes.writeUInt32BE(n); return bytes; };
    let n = [...store.range({ from: key(0), to: key(0xffffffff) })].length / 2;
    for (;;) {
      await store.write([2 * n, 2 * n + 1].map((m) => ({ key: key(m), value: key(m) })));
      n += 1;
      process.stdout.write(n + "\\n");
    }`,
    runMs,
  );
  return Number(output.split("\n").at(-2));
}

function numbersIn(store: KeyValue): number[] {
  return [...store.range({ from: key(0), to: key(0xffffffff) })].map(([bytes]) =>
    Buffer.from(bytes).readUInt32BE(),
  );
}

function key(n: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, n);
  return bytes;
}
