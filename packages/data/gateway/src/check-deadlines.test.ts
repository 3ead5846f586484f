import { describe, expect, it } from "vitest";
import { RecordingOutlet } from "../test/recording-outlet.ts";
import { checkDeadlines } from "./check-deadlines.ts";
import { createConnection } from "./connection.ts";
import { DEFAULT_LIMITS } from "./limits.ts";

const ALICE = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045";

function connect() {
  const outlet = new RecordingOutlet();
  return { outlet, connection: createConnection(outlet, 0, 30_000) };
}

describe("checkDeadlines", () => {
  it("closes with 4401 who has not logged in after 10 s where that is required", () => {
    const { connection } = connect();
    expect(checkDeadlines(connection, DEFAULT_LIMITS, 9_999)).toBeUndefined();
    expect(checkDeadlines(connection, DEFAULT_LIMITS, 10_000)).toMatchObject({ code: 4401 });
  });

  it("closes with 4401 when the session expires", () => {
    const { connection } = connect();
    connection.phase = "live";
    connection.session = { address: ALICE, expiresAtMs: 20_000 };
    expect(checkDeadlines(connection, DEFAULT_LIMITS, 19_999)).toBeUndefined();
    expect(checkDeadlines(connection, DEFAULT_LIMITS, 20_000)).toMatchObject({ code: 4401 });
  });

  it("pings every 30 s and closes with 4408 after two that were not answered", () => {
    const { connection, outlet } = connect();
    connection.phase = "live";
    expect(checkDeadlines(connection, DEFAULT_LIMITS, 29_999)).toBeUndefined();
    expect(outlet.pings).toBe(0);
    expect(checkDeadlines(connection, DEFAULT_LIMITS, 30_000)).toBeUndefined();
    expect(checkDeadlines(connection, DEFAULT_LIMITS, 59_999)).toBeUndefined();
    expect(outlet.pings).toBe(1);
    expect(checkDeadlines(connection, DEFAULT_LIMITS, 60_000)).toBeUndefined();
    expect(outlet.pings).toBe(2);
    expect(checkDeadlines(connection, DEFAULT_LIMITS, 90_000)).toMatchObject({ code: 4408 });
  });

  it("keeps who answers", () => {
    const { connection } = connect();
    connection.phase = "live";
    for (let atMs = 30_000; atMs < 600_000; atMs += 30_000) {
      expect(checkDeadlines(connection, DEFAULT_LIMITS, atMs)).toBeUndefined();
      connection.missedPings = 0;
    }
  });
});
