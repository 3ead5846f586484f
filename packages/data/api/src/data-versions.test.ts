import type { Row } from "@ghostchain/database";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DataVersions } from "./data-versions.ts";

/** A database whose one number is the version; a statement sees it as it is when it is sent, and answers later. */
class CountingDatabase {
  version = 0;
  statements = 0;
  broken = false;
  readonly #answers: (() => void)[] = [];

  async query<R extends Row>(): Promise<R[]> {
    this.statements += 1;
    const { version, broken } = this;
    await new Promise<void>((resolve) => this.#answers.push(resolve));
    if (broken) throw new Error("away");
    return [{ feed: `${version}`, own0: "x" }] as unknown as R[];
  }

  answer(): void {
    for (const resolve of this.#answers.splice(0)) resolve();
  }
}

async function turn(): Promise<void> {
  for (let i = 0; i < 3; i += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe("DataVersions", () => {
  it("tells each who asks of everything that was committed before", async () => {
    const step = fc.constantFrom("ask", "commit", "answer", "turn");
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const database = new CountingDatabase();
        const read = new DataVersions(database).of();
        const asked: { since: number; told: Promise<string | undefined> }[] = [];
        for (const now of steps) {
          if (now === "ask") asked.push({ since: database.version, told: read() });
          if (now === "commit") database.version += 1;
          if (now === "answer") database.answer();
          if (now === "turn") await turn();
        }
        for (let i = 0; i < 4; i += 1) {
          await turn();
          database.answer();
        }
        for (const { since, told } of asked) {
          expect(Number(await told)).toBeGreaterThanOrEqual(since);
        }
        expect(database.statements).toBeLessThanOrEqual(asked.length);
      }),
      { numRuns: 60 },
    );
  });

  it("asks once for all who wait", async () => {
    const database = new CountingDatabase();
    const versions = new DataVersions(database);
    const [read, own] = [versions.of(), versions.of("SELECT x FROM y")];
    const first = [read(), read(), own()];
    await turn();
    const second = [read(), own()];
    expect(database.statements).toBe(1);
    database.answer();
    expect(await Promise.all(first)).toEqual(["0", "0", "0 x"]);
    await turn();
    expect(database.statements).toBe(2);
    database.answer();
    expect(await Promise.all(second)).toEqual(["0", "0 x"]);
  });

  it("knows nothing while the database does not answer, and asks again", async () => {
    const database = new CountingDatabase();
    const read = new DataVersions(database).of();
    database.broken = true;
    const lost = read();
    await turn();
    database.answer();
    expect(await lost).toBeUndefined();
    database.broken = false;
    const found = read();
    await turn();
    database.answer();
    expect(await found).toBe("0");
  });
});
