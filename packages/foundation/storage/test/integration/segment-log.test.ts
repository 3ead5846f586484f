import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { array, assert, asyncProperty, boolean, nat, record, uint8Array } from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { openSegmentLog, type SegmentLog } from "../../src/index.ts";
import { outputOf, outputUntilKilled, runChild } from "./child-process.ts";

const root = mkdtempSync(join(tmpdir(), "ghost-log-"));
afterAll(() => rmSync(root, { recursive: true }));
const freshDirectory = () => mkdtempSync(join(root, "log-"));

const FIRST_SEGMENT = "0000000000000000.log";

describe("a segment log", () => {
  it("gives back every record by position and in order, across segments and openings", () =>
    assert(
      asyncProperty(
        array(record({ batch: array(uint8Array({ maxLength: 40 })), reopen: boolean() })),
        nat({ max: 200 }),
        async (steps, segmentSizeBytes) => {
          const options = { directory: freshDirectory(), segmentSizeBytes };
          let log = openSegmentLog(options);
          const model: [number, Uint8Array][] = [];
          for (const { batch, reopen } of steps) {
            const positions = await log.append(batch);
            positions.forEach((position, index) => {
              model.push([position, batch[index] ?? new Uint8Array()]);
            });
            if (reopen) {
              await log.close();
              log = openSegmentLog(options);
            }
          }
          expect([...log.entries()]).toEqual(model);
          for (const [position, bytes] of model) expect(log.read(position)).toEqual(bytes);
          const [middle] = model[model.length >> 1] ?? [];
          expect([...log.entries(middle)]).toEqual(model.slice(model.length >> 1));
          await log.close();
        },
      ),
      { numRuns: 40 },
    ));

  it("keeps the order of appends that do not wait for one another", async () => {
    const log = openSegmentLog({ directory: freshDirectory(), segmentSizeBytes: 1000 });
    const record = bytes("reused");
    const appends = Array.from({ length: 200 }, (_, n) => log.append([bytes(`${n}`), record]));
    record.fill(0);
    const positions = (await Promise.all(appends)).flat();
    expect(positions).toEqual([...positions].sort((a, b) => a - b));
    const texts = [...log.entries()].map(([, bytes]) => text(bytes));
    expect(texts).toEqual(Array.from({ length: 200 }, (_, n) => [`${n}`, "reused"]).flat());
    expect(await log.append([])).toEqual([]);
    await log.close();
  });

  it("holds records larger than a segment and than its read buffers", async () => {
    const directory = freshDirectory();
    const large = new Uint8Array(3_000_000).map((_, index) => index % 251);
    const log = openSegmentLog({ directory, segmentSizeBytes: 1000 });
    const positions = await log.append([large, bytes("small")]);
    await log.append([large]);
    await log.close();
    const again = openSegmentLog({ directory });
    expect(again.read(positions[0] ?? -1)).toEqual(large);
    expect([...again.entries()].map(([, { length }]) => length)).toEqual([3_000_000, 5, 3_000_000]);
    await again.close();
  });

  it("begins no second segment while the last is empty", async () => {
    const directory = freshDirectory();
    const log = openSegmentLog({ directory, segmentSizeBytes: 0 });
    await log.append([bytes("one")]);
    await log.append([bytes("two")]);
    await log.close();
    expect(segmentsIn(directory)).toHaveLength(2);
    await expectRecords(directory, ["one", "two"]);
  });

  it("keeps few files open however many segments it reads", async () => {
    const log = openSegmentLog({ directory: freshDirectory(), segmentSizeBytes: 1 });
    for (let n = 0; n < 60; n += 1) await log.append([bytes(`${n}`)]);
    const before = openFiles();
    expect([...log.entries()]).toHaveLength(60);
    expect(openFiles() - before).toBeLessThanOrEqual(16);
    await log.close();
    expect(openFiles()).toBeLessThan(before);
  });
});

describe("a segment log that ends badly", () => {
  it("loses just the records that were cut, at whatever byte", async () => {
    const { directory, positions, sizeBytes } = await logOfOneAppend(["one", "", "three", "4"]);
    for (let cut = 0; cut <= sizeBytes; cut += 1) {
      const copy = copyOf(directory);
      truncateSync(join(copy, FIRST_SEGMENT), cut);
      const whole = positions.filter((_, index) => (positions[index + 1] ?? sizeBytes) <= cut);
      await expectRecords(copy, ["one", "", "three", "4"].slice(0, whole.length));
    }
  });

  it("loses just the records from the first harmed one on, if they were written together", async () => {
    const { directory, positions, sizeBytes } = await logOfOneAppend(["one", "", "three", "4"]);
    for (let at = 0; at < sizeBytes; at += 1) {
      const copy = copyOf(directory);
      flipByte(join(copy, FIRST_SEGMENT), at);
      const whole = positions.filter((_, index) => (positions[index + 1] ?? sizeBytes) <= at);
      await expectRecords(copy, ["one", "", "three", "4"].slice(0, whole.length));
    }
  });

  it.each([
    ["zeros", Buffer.alloc(5000)],
    ["noise that holds marks", Buffer.from("GLR1".repeat(1000))],
  ])("drops %s after the last record", async (_name, tail) => {
    const { directory } = await logOfOneAppend(["one", "two"]);
    const file = join(directory, FIRST_SEGMENT);
    writeFileSync(file, Buffer.concat([readFileSync(file), tail]));
    await expectRecords(directory, ["one", "two"]);
  });

  it("is not misled by records that look like frames", async () => {
    const { directory } = await logOfOneAppend(["one", "two", "three"]);
    const file = join(directory, FIRST_SEGMENT);
    const log = openSegmentLog({ directory });
    const [position] = await log.append([readFileSync(file)]);
    await log.close();
    truncateSync(file, readFileSync(file).length - 1);
    const again = openSegmentLog({ directory });
    expect(again.endPosition).toBe(position);
    await again.close();
  });
});

describe("a segment log that lost something acknowledged", () => {
  it("refuses to open when any byte before the last append is harmed", async () => {
    const directory = freshDirectory();
    const log = openSegmentLog({ directory });
    await log.append([bytes("one"), bytes("two")]);
    await log.append([bytes("three")]);
    const [last = 0] = await log.append([bytes("four")]);
    await log.close();
    for (let at = 0; at < last; at += 1) {
      const copy = copyOf(directory);
      flipByte(join(copy, FIRST_SEGMENT), at);
      expect(() => openSegmentLog({ directory: copy }), `byte ${at}`).toThrow("LOG_CORRUPT");
    }
  });

  it("finds a harmed record of an older segment when it is read, and only that one", async () => {
    const { directory, positions } = await logOfSegments(["one", "two", "three"]);
    flipByte(join(directory, FIRST_SEGMENT), 17);
    const log = openSegmentLog({ directory });
    expect(() => log.read(positions[0] ?? -1)).toThrow("LOG_CORRUPT");
    expect(() => [...log.entries()]).toThrow(join(directory, FIRST_SEGMENT));
    expect(text(log.read(positions[1] ?? -1))).toBe("two");
    await log.close();
  });

  it("refuses to open when an older segment is short or missing", async () => {
    const short = await logOfSegments(["one", "two", "three"]);
    const [, second = ""] = segmentsIn(short.directory);
    truncateSync(join(short.directory, second), 5);
    expect(() => openSegmentLog({ directory: short.directory })).toThrow("LOG_CORRUPT");
    const missing = await logOfSegments(["one", "two", "three"]);
    rmSync(join(missing.directory, segmentsIn(missing.directory)[1] ?? ""));
    expect(() => openSegmentLog({ directory: missing.directory })).toThrow("LOG_CORRUPT");
  });
});

describe("a segment log's limits", () => {
  it("names a position where no record begins", async () => {
    const log = openSegmentLog({ directory: freshDirectory() });
    const [first = -1] = await log.append([bytes("one")]);
    for (const position of [log.endPosition, -1, 0.5, Number.NaN, 2 ** 60]) {
      expect(() => log.read(position), `${position}`).toThrow("LOG_POSITION_UNKNOWN");
    }
    expect(() => log.read(first + 1)).toThrow("LOG_CORRUPT");
    await log.close();
  });

  it("refuses what is too large for it", async () => {
    const log = openSegmentLog({ directory: freshDirectory(), queueLimitBytes: 100 });
    const appends = [log.append([new Uint8Array(60)]), log.append([new Uint8Array(60)])];
    await expect(appends[1]).rejects.toMatchObject({ code: "LOG_QUEUE_FULL" });
    await appends[0];
    await log.append([new Uint8Array(60)]);
    const huge = new Uint8Array(2 ** 28 + 1);
    await expect(log.append([huge])).rejects.toMatchObject({ code: "LOG_RECORD_SIZE" });
    await log.close();
  });

  it("has its directory alone, and is closed when closed", async () => {
    const directory = freshDirectory();
    const log = openSegmentLog({ directory });
    expect(() => openSegmentLog({ directory })).toThrow("STORE_LOCKED");
    const append = log.append([bytes("one")]);
    await Promise.all([log.close(), log.close()]);
    const [position = -1] = await append;
    expect(() => log.read(position)).toThrow("STORE_CLOSED");
    await expect(log.append([bytes("two")])).rejects.toMatchObject({ code: "STORE_CLOSED" });
    await expectRecords(directory, ["one"]);
  });

  it("takes nothing more after a failed write, and is whole when opened again", async () => {
    const directory = freshDirectory();
    const child = runChild(
      `
      const log = openSegmentLog({ directory: ${JSON.stringify(directory)} });
      await log.append([Buffer.from("kept")]);
      const codes = [Buffer.alloc(2e6), Buffer.from("small")].map((record) =>
        log.append([record]).catch((error) => error.code));
      console.log(JSON.stringify(await Promise.all(codes)));
      await log.close();`,
      { fileLimitKib: 512 },
    );
    const codes = JSON.parse(await outputOf(child));
    expect(codes).toEqual(["LOG_WRITE_FAILED", "LOG_WRITE_FAILED"]);
    await expectRecords(directory, ["kept"]);
  });

  it("has every acknowledged record after its process was killed", async () => {
    const directory = freshDirectory();
    for (let round = 0; round < 3; round += 1) {
      const output = await outputUntilKilled(
        `
        const options = { directory: ${JSON.stringify(directory)}, segmentSizeBytes: 2000 };
        const log = openSegmentLog(options);
        for (let n = [...log.entries()].length; ; n += 1) {
          await log.append([Buffer.from(String(n))]);
          process.stdout.write(n + 1 + "\\n");
        }`,
        100 + 70 * round,
      );
      const acknowledged = Number(output.split("\n").at(-2));
      expect(acknowledged).toBeGreaterThan(0);
      const log = openSegmentLog({ directory });
      const texts = [...log.entries()].map(([, bytes]) => text(bytes));
      expect(texts.length).toBeGreaterThanOrEqual(acknowledged);
      expect(texts).toEqual(texts.map((_, n) => `${n}`));
      await log.close();
    }
  });
});

/** A log of one segment whose records were written and synced together. */
async function logOfOneAppend(texts: string[]) {
  const directory = freshDirectory();
  const log = openSegmentLog({ directory });
  const positions = await log.append(texts.map(bytes));
  await log.close();
  return { directory, positions, sizeBytes: log.endPosition };
}

async function logOfSegments(texts: string[]) {
  const directory = freshDirectory();
  const log = openSegmentLog({ directory, segmentSizeBytes: 1 });
  const positions: number[] = [];
  for (const record of texts) positions.push(...(await log.append([bytes(record)])));
  await log.close();
  return { directory, positions };
}

/** What the log in `directory` holds, and that it can be appended to and opened again. */
async function expectRecords(directory: string, texts: string[]): Promise<void> {
  const read = (log: SegmentLog) => [...log.entries()].map(([, record]) => text(record));
  const log = openSegmentLog({ directory });
  expect(read(log)).toEqual(texts);
  await log.append([bytes("after")]);
  await log.close();
  const again = openSegmentLog({ directory });
  expect(read(again)).toEqual([...texts, "after"]);
  await again.close();
}

function copyOf(directory: string): string {
  const copy = join(root, "copy");
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(copy);
  for (const name of segmentsIn(directory)) copyFileSync(join(directory, name), join(copy, name));
  return copy;
}

function segmentsIn(directory: string): string[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith(".log"))
    .sort();
}

function flipByte(file: string, at: number): void {
  const content = readFileSync(file);
  content[at] = (content[at] ?? 0) ^ 0x10;
  writeFileSync(file, content);
}

function openFiles(): number {
  return process.platform === "linux" ? readdirSync("/proc/self/fd").length : 0;
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
