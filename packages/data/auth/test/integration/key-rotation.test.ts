import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { openTestDatabase, type TestDatabase } from "@ghostchain/database/testing";
import { createLogger, FakeClock, Health } from "@ghostchain/service";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Auth, createAuth } from "../../src/auth.ts";
import { rotateTokenKey } from "../../src/rotate-token-key.ts";

const ALICE = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045";
const DAY_MS = 24 * 3_600_000;
const { signal } = new AbortController();

let opened: TestDatabase;
let directory = "";
let keyFile = "";
let clock: FakeClock;
let lines: string[];
const health = new Health();
/** As in two processes that share the file. */
let one: Auth;
let other: Auth;

beforeAll(async () => {
  opened = await openTestDatabase();
});
afterAll(() => opened.close());

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "ghost-keys-"));
  keyFile = join(directory, "keys.json");
  clock = new FakeClock(Date.UTC(2026, 10, 20));
  lines = [];
  const logger = createLogger({ level: "info", destination: writeTo(lines) });
  const parts = { database: opened.database, clock, logger, health };
  one = createAuth(parts, { keyFile, chainId: 31337 });
  other = createAuth(parts, { keyFile, chainId: 31337 });
  await Promise.all([one.start(signal), other.start(signal)]);
});
afterEach(async () => {
  await Promise.all([one.stop(), other.stop()]);
  await rm(directory, { recursive: true });
});

describe("a rotation of the key", () => {
  it("is taken up by every process while both keys live, and logs nobody out", async () => {
    const before = await one.issueToken(ALICE);
    const { kid, kept } = await rotateTokenKey(keyFile, { nowMs: clock.now() });
    expect(kept).toHaveLength(1);
    await pollBy(one);
    const after = await one.issueToken(ALICE);
    expect(kidOf(after.token)).toBe(kid);
    for (const auth of [one, other]) {
      expect(await auth.verifyToken(before.token)).toEqual(before.session);
      expect(await auth.verifyToken(after.token)).toEqual(after.session);
    }
  });

  it.each(["none.json", "no-directory/keys.json"])("says that there is no %s", async (name) => {
    const rotation = rotateTokenKey(join(directory, name), { nowMs: clock.now() });
    await expect(rotation).rejects.toMatchObject({
      code: "AUTH_KEY_FILE_INVALID",
      message: expect.stringContaining("there is no such file"),
    });
  });

  it("is known at once to a process that is shown a token of the new key", async () => {
    await rotateTokenKey(keyFile, { nowMs: clock.now() });
    const fresh = createAuth({ database: opened.database, clock }, { keyFile, chainId: 31337 });
    await fresh.start(signal);
    const { token, session } = await fresh.issueToken(ALICE);
    await clock.advance(100); // no poll was due
    expect(await Promise.all([1, 2, 3].map(() => other.verifyToken(token)))).toEqual([
      session,
      session,
      session,
    ]);
    await fresh.stop();
  });

  it("lets tokens of unknown keys cost one look at the file in a tenth of a second (flood)", async () => {
    await pollBy(other);
    await rotateTokenKey(keyFile, { nowMs: clock.now() });
    const fresh = createAuth({ database: opened.database, clock }, { keyFile, chainId: 31337 });
    await fresh.start(signal);
    const { token, session } = await fresh.issueToken(ALICE);
    await expect(other.verifyToken(token)).rejects.toMatchObject({ code: "AUTH_TOKEN_INVALID" });
    await clock.advance(100);
    expect(await other.verifyToken(token)).toEqual(session);
    await fresh.stop();
  });
});

describe("the file after a rotation", () => {
  it("holds a key until the last token that it signed has expired", async () => {
    const old = await one.issueToken(ALICE);
    await rotateTokenKey(keyFile, { nowMs: clock.now() });
    await clock.advance(DAY_MS - 1_000);
    const second = await rotateTokenKey(keyFile, { nowMs: clock.now() });
    expect(second).toMatchObject({ dropped: [] });
    expect(second.kept).toHaveLength(2);
    expect(await other.verifyToken(old.token)).toEqual(old.session);
    await clock.advance(2 * 3_600_000);
    const third = await rotateTokenKey(keyFile, { nowMs: clock.now() });
    expect(third.dropped).toEqual([kidOf(old.token)]);
    expect(third.kept).toHaveLength(2);
  });

  it("takes a key that leaked away at once, and its tokens with it", async () => {
    const stolen = await one.issueToken(ALICE);
    for (const auth of [one, other]) await auth.verifyToken(stolen.token);
    const { dropped } = await rotateTokenKey(keyFile, { nowMs: clock.now(), keepMs: 0 });
    expect(dropped).toEqual([kidOf(stolen.token)]);
    for (const auth of [one, other]) {
      await pollBy(auth);
      await expect(auth.verifyToken(stolen.token)).rejects.toMatchObject({
        code: "AUTH_TOKEN_INVALID",
      });
    }
  });

  it("has the key of each of several rotations, or the rotation was refused", async () => {
    const turns = await Promise.allSettled(
      Array.from({ length: 6 }, () => rotateTokenKey(keyFile, { nowMs: clock.now() })),
    );
    const made = turns.flatMap((turn) => (turn.status === "fulfilled" ? [turn.value.kid] : []));
    for (const turn of turns) {
      if (turn.status === "fulfilled") continue;
      expect(turn.reason).toMatchObject({ code: "AUTH_KEY_FILE_BUSY" });
    }
    expect(made.length).toBeGreaterThan(0);
    const kids = await kidsInFile();
    expect(kids.slice(0, made.length).sort()).toEqual(made.sort());
    expect((await stat(keyFile)).mode & 0o777).toBe(0o600);
    expect(await readdir(directory)).toEqual(["keys.json"]);
  });

  it("never holds more than sixteen keys", async () => {
    for (let turn = 0; turn < 20; turn += 1) {
      await rotateTokenKey(keyFile, { nowMs: clock.now() });
    }
    expect(await kidsInFile()).toHaveLength(16);
  });

  it("keeps to Ed25519 where that signs, and is refused where nothing does", async () => {
    const x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"; // RFC 8037, appendix A
    const d = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
    const key = { kty: "OKP", crv: "Ed25519", kid: "p", alg: "EdDSA", x };
    await writeFile(keyFile, JSON.stringify({ keys: [{ ...key, d }] }));
    await rotateTokenKey(keyFile, { nowMs: clock.now() });
    await pollBy(one);
    const { token, session } = await one.issueToken(ALICE);
    expect(await other.verifyToken(token)).toEqual(session);
    await writeFile(keyFile, JSON.stringify({ keys: [key] }));
    await expect(rotateTokenKey(keyFile, { nowMs: clock.now() })).rejects.toMatchObject({
      code: "AUTH_KEY_FILE_INVALID",
    });
    await rm(keyFile);
    await expect(rotateTokenKey(keyFile, { nowMs: clock.now() })).rejects.toMatchObject({
      code: "AUTH_KEY_FILE_INVALID",
    });
    expect(await readdir(directory)).toEqual([]);
  });
});

describe("a key file that breaks while we run", () => {
  it.each([
    ["half written", (text: string) => text.slice(0, 40)],
    ["without keys", () => '{"keys":[]}'],
    ["gone", () => undefined],
  ])("leaves the keys before it in use, is told once, and heals: %s", async (_, damage) => {
    const { token, session } = await one.issueToken(ALICE);
    const good = await readFile(keyFile, "utf8");
    const broken = damage(good);
    if (broken === undefined) await rm(keyFile);
    else await writeFile(keyFile, broken);
    for (let turn = 0; turn < 4; turn += 1) await pollBy(one);
    expect(await one.verifyToken(token)).toEqual(session);
    expect(await one.verifyToken((await one.issueToken(ALICE)).token)).toBeTruthy();
    expect(health.report().services.auth?.status).toBe("failing");
    // by each of the two
    expect(lines.filter((line) => line.includes("the key file is broken"))).toHaveLength(2);
    expect(lines.join()).not.toContain(JSON.parse(good).keys[0].k);
    await writeFile(keyFile, good);
    await pollBy(one);
    expect(health.report().services.auth?.status).toBe("ready");
  });
});

/** Until a poll is due, and has been made: a token whose key nobody knows waits for it. */
async function pollBy(auth: Auth): Promise<void> {
  await clock.advance(3_000);
  const header = Buffer.from(JSON.stringify({ alg: "HS256", kid: "nobody's", typ: "JWT" }));
  await auth.verifyToken(`${header.toString("base64url")}.e30.AA`).catch(() => {});
}

async function kidsInFile(): Promise<string[]> {
  const { keys } = JSON.parse(await readFile(keyFile, "utf8"));
  return keys.map(({ kid }: { kid: string }) => kid);
}

function kidOf(token: string): string {
  return JSON.parse(Buffer.from(token.split(".")[0] ?? "", "base64url").toString()).kid;
}

function writeTo(into: string[]): Writable {
  return new Writable({
    write(chunk: Buffer, _, done) {
      into.push(chunk.toString());
      done();
    },
  });
}
