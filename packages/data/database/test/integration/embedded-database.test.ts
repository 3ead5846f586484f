import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createSilentLogger } from "@ghostchain/service";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createEmbeddedDatabase } from "../../src/embedded-database.ts";
import { createPgliteDatabase } from "../../src/pglite-database.ts";

const deps = { logger: createSilentLogger() };

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "ghost-db-"));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

describe("createEmbeddedDatabase", () => {
  it("keeps what it stored, and starts warm in a fraction of the first start", async () => {
    const first = await open(dataDir);
    await first.query("CREATE TABLE kept AS SELECT 7 AS n");
    await first.stop();
    const again = await open(dataDir);
    expect(await again.query("SELECT n FROM kept", [])).toEqual([{ n: 7 }]);
    await again.stop();
    expect(existsSync(join(dataDir, "cluster", "postmaster.pid"))).toBe(false);
  });

  it("refuses a directory that another opener holds, and leaves that one alone", async () => {
    const holder = await open(dataDir);
    const second = createEmbeddedDatabase(deps, { dataDir });
    await expect(second.start(soon())).rejects.toMatchObject({ code: "DATABASE_LOCKED" });
    await second.stop();
    expect(await holder.query("SELECT 1 AS one", [])).toEqual([{ one: 1 }]);
    await holder.stop();
  });

  it("works in a directory whose path is too long for a socket", async () => {
    const deep = join(dataDir, "a-directory-with-a-long-name".repeat(3), "and-one-more".repeat(8));
    const database = await open(deep);
    expect(await database.query("SELECT 1 AS one", [])).toEqual([{ one: 1 }]);
    await database.stop();
  });
});

describe("createEmbeddedDatabase, on a directory that has been used,", () => {
  it("refuses a data directory of another PostgreSQL and says what to do", async () => {
    mkdirSync(join(dataDir, "cluster"));
    writeFileSync(join(dataDir, "cluster", "PG_VERSION"), "15\n");
    const database = createEmbeddedDatabase(deps, { dataDir });
    await expect(database.start(soon())).rejects.toMatchObject({
      fault: { code: "DATABASE_VERSION_MISMATCH", found: "15", expected: "18" },
      message: expect.stringContaining("fresh data directory"),
    });
  });

  it("says that it was not started", async () => {
    const database = createEmbeddedDatabase(deps, { dataDir });
    await expect(database.query("SELECT 1")).rejects.toMatchObject({
      code: "DATABASE_NOT_STARTED",
    });
    await database.stop();
  });
});

describe("createEmbeddedDatabase after a crash", () => {
  it("loses nothing committed when its process is killed, and retires the orphan", async () => {
    let next = 0;
    for (let round = 0; round < 3; round++) {
      next = 1 + (await writeUntilKilled(dataDir, next, 50 + round * 40));
      const database = await open(dataDir);
      const [row] = await database.query<{ last: number; n: bigint }>(
        "SELECT max(n) AS last, count(*) AS n FROM written",
        [],
      );
      expect(row?.last).toBeGreaterThanOrEqual(next - 1);
      expect(row?.n).toBe(BigInt(row?.last ?? 0) + 1n);
      next = (row?.last ?? 0) + 1;
      await database.stop();
    }
  }, 60_000);

  it("leaves a stranger alone that has the process id of a server long gone", async () => {
    await (await open(dataDir)).stop();
    const stranger = spawn("sleep", ["60"]);
    writeFileSync(join(dataDir, "cluster", "postmaster.pid"), `${stranger.pid}\n`);
    const database = await open(dataDir);
    expect(await database.query("SELECT 1 AS one", [])).toEqual([{ one: 1 }]);
    await database.stop();
    expect(stranger.signalCode).toBeNull();
    stranger.kill();
  });

  it("begins again when a first start was cut short", async () => {
    mkdirSync(join(dataDir, "cluster.new"));
    writeFileSync(join(dataDir, "cluster.new", "PG_VERSION"), "18\n");
    const database = await open(dataDir);
    expect(await database.query("SELECT 1 AS one", [])).toEqual([{ one: 1 }]);
    await database.stop();
  });

  it("starts the server again when it was killed, and ends leases that were held", async () => {
    const database = await open(dataDir);
    await database.query("CREATE TABLE kept AS SELECT 7 AS n");
    const lease = await database.lock("writer", soon());
    const pid = Number(
      readFileSync(join(dataDir, "cluster/postmaster.pid"), "utf8").split("\n")[0],
    );
    process.kill(pid, "SIGKILL");
    await once(lease.lost, "abort", { signal: soon() });
    const rows = await eventually(() => database.query("SELECT n FROM kept", []));
    expect(rows).toEqual([{ n: 7 }]);
    await lease.release();
    await database.stop();
  });
});

describe("createPgliteDatabase", () => {
  it("keeps what it stored and refuses a second opener", async () => {
    const first = createPgliteDatabase(deps, { dataDir });
    await first.start(soon());
    await first.query("CREATE TABLE kept AS SELECT 7 AS n");
    const second = createPgliteDatabase(deps, { dataDir });
    await expect(second.start(soon())).rejects.toMatchObject({ code: "DATABASE_LOCKED" });
    await first.stop();
    await second.start(soon());
    expect(await second.query("SELECT n FROM kept", [])).toEqual([{ n: 7 }]);
    await second.stop();
  });
});

async function open(directory: string) {
  const database = createEmbeddedDatabase(deps, { dataDir: directory });
  await database.start(soon());
  return database;
}

function soon(): AbortSignal {
  return AbortSignal.timeout(30_000);
}

/** @returns the last number the child said it had committed */
function writeUntilKilled(directory: string, first: number, count: number): Promise<number> {
  const script = join(import.meta.dirname, "embedded-child.ts");
  const child = spawn(process.execPath, [script, directory, String(first)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  return new Promise((resolve) => {
    child.stdout.on("data", (data: Buffer) => {
      said += data.toString();
      if (said.split("\n").length > count) child.kill("SIGKILL");
    });
    child.once("exit", () => resolve(Number(said.trimEnd().split("\n").at(-1))));
  });
}

async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  for (const untilMs = Date.now() + 15_000; ; ) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > untilMs) throw error;
    }
    await sleep(50);
  }
}
