import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Database } from "@ghostchain/database";
import { openTestDatabase, type TestDatabase } from "@ghostchain/database/testing";
import { FakeClock } from "@ghostchain/service";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Auth, createAuth } from "../../src/auth.ts";

const ALICE = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045";
const clock = new FakeClock(Date.UTC(2026, 10, 20));
const { signal } = new AbortController();
let directory = "";
let opened: TestDatabase;
let database: Database;
/** As in two processes: one issues, the other redeems. */
let auth: Auth;
let other: Auth;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "ghost-auth-"));
  opened = await openTestDatabase();
  database = opened.database;
  const options = { keyFile: join(directory, "keys.json"), chainId: 31337 };
  auth = createAuth({ database, clock }, options);
  other = createAuth({ database, clock }, options);
  await Promise.all([auth.start(signal), other.start(signal)]);
});
afterAll(async () => {
  await auth.stop();
  await opened.close();
  await rm(directory, { recursive: true });
});

describe("createAuth", () => {
  it("verifies in one process what another signed", async () => {
    const { token, session } = await auth.issueToken(ALICE);
    expect(await other.verifyToken(token)).toEqual(session);
  });

  it("verifies a token that it knows until it expires, and no longer", async () => {
    const { token, session } = await auth.issueToken(ALICE);
    for (let turn = 0; turn < 3; turn += 1) expect(await auth.verifyToken(token)).toEqual(session);
    const [header, payload, mac = ""] = token.split(".");
    await expect(auth.verifyToken(`${header}.${payload}.${mac.slice(1)}`)).rejects.toMatchObject({
      code: "AUTH_TOKEN_INVALID",
    });
    await clock.advance(24 * 3_600_000);
    for (let turn = 0; turn < 2; turn += 1) {
      await expect(auth.verifyToken(token)).rejects.toMatchObject({ code: "AUTH_TOKEN_EXPIRED" });
    }
  });

  it("refuses a token of another chain", async () => {
    const elsewhere = createAuth(
      { database, clock },
      { keyFile: join(directory, "keys.json"), chainId: 1 },
    );
    await elsewhere.start(signal);
    const { token } = await elsewhere.issueToken(ALICE);
    await expect(auth.verifyToken(token)).rejects.toMatchObject({ code: "AUTH_TOKEN_INVALID" });
  });

  it("lets a ticket be used once, in any process, for the session it was issued to", async () => {
    const { session } = await auth.issueToken(ALICE);
    const { ticket } = await auth.issueTicket(session);
    expect(await other.redeemTicket(ticket)).toEqual(session);
    await expect(auth.redeemTicket(ticket)).rejects.toMatchObject({ code: "AUTH_TICKET_INVALID" });
  });

  it("lets one of many parallel uses of a ticket win, and one of a nonce", async () => {
    const { session } = await auth.issueToken(ALICE);
    const { ticket } = await auth.issueTicket(session);
    const { nonce } = await auth.issueNonce();
    const tickets = await Promise.allSettled(
      [auth, other, auth, other].map((one) => one.redeemTicket(ticket)),
    );
    const nonces = await Promise.allSettled(
      [auth, other, auth, other].map((one) => one.spendNonce(nonce)),
    );
    expect(tickets.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(nonces.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  it("refuses tickets, nonces and tickets for sessions whose time is over", async () => {
    const { session } = await auth.issueToken(ALICE);
    const { ticket, expiresAtMs } = await auth.issueTicket(session);
    expect(expiresAtMs).toBe(clock.now() + 30_000);
    const { nonce } = await auth.issueNonce();
    await clock.advance(30_000);
    await expect(auth.redeemTicket(ticket)).rejects.toMatchObject({ code: "AUTH_TICKET_INVALID" });
    await clock.advance(4.5 * 60_000);
    await expect(auth.spendNonce(nonce)).rejects.toMatchObject({ code: "AUTH_NONCE_INVALID" });
    await clock.advance(24 * 3_600_000);
    await expect(auth.issueTicket(session)).rejects.toMatchObject({ code: "AUTH_TOKEN_EXPIRED" });
  });

  it("never gave out what it is shown", async () => {
    for (const text of ["", "a", "0".repeat(32), "'; DROP TABLE auth.nonces; --", "\u0000x"]) {
      await expect(auth.spendNonce(text)).rejects.toMatchObject({ code: "AUTH_NONCE_INVALID" });
      await expect(auth.redeemTicket(text)).rejects.toMatchObject({ code: "AUTH_TICKET_INVALID" });
    }
  });

  it("takes expired nonces and tickets away as new ones are issued", async () => {
    const { session } = await auth.issueToken(ALICE);
    for (let round = 0; round < 20; round += 1) {
      await auth.issueNonce();
      await auth.issueTicket(session);
    }
    await clock.advance(10 * 60_000);
    for (let round = 0; round < 10; round += 1) {
      await auth.issueNonce();
      await auth.issueTicket(session);
    }
    const [count] = await database.query<{ n: bigint }>(
      "SELECT (SELECT count(*) FROM auth.nonces) + (SELECT count(*) FROM auth.tickets) AS n",
    );
    expect(count?.n).toBe(20n);
  });
});
