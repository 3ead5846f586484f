import type { Session } from "@ghostchain/auth";
import type { ClientMessage } from "@ghostchain/feed/wire";

/** Where a connection's bytes go; the socket in production, an array in tests. */
export interface Outlet {
  /** Takes one whole frame; several may leave together. */
  send(frame: Buffer): void;
  /** The same for several whole frames that are joined, where it can. */
  sendMany?(frames: Buffer, count: number): void;
  ping(): void;
  /** After what was sent before. Nothing sent later leaves. */
  close(code: CloseCode, reason: string): void;
}

/** RFC 6455, section 7.4, and our own above 4000 (docs/protocols/gateway.md, "Closing"). */
export type CloseCode = 1001 | 1003 | 1007 | 1011 | 1012 | 1013 | 4401 | 4408 | 4409 | 4429;

/** One client, as far as the rules need to know it. Only the core changes it. */
export interface Connection {
  readonly outlet: Outlet;
  readonly openedAtMs: number;
  session: Session | undefined;
  readonly topics: Set<string>;
  /**
   * - `greeting`: must log in before it gets anything
   * - `held`: something is being read for it; rows wait in the recent rows meanwhile
   * - `live`: gets each row as it comes
   */
  phase: "greeting" | "held" | "live" | "closed";
  /** Every row up to here that is for it has been given; live rows up to here are skipped. */
  position: number;
  /** The last id it was told of: `prev` of the next. */
  told: number;
  /** Messages that wait until what is being read has been answered. */
  readonly waiting: ClientMessage[];
  readonly messageTimesMs: number[];
  readonly replayTimesMs: number[];
  nextPingAtMs: number;
  missedPings: number;
  /** Told when it leaves, once or more; for who keeps something for it. */
  onLeave: (() => void) | undefined;
}

export function createConnection(outlet: Outlet, nowMs: number, firstPingAtMs: number): Connection {
  return {
    outlet,
    openedAtMs: nowMs,
    session: undefined,
    topics: new Set(["feed"]),
    phase: "greeting",
    position: 0,
    told: 0,
    waiting: [],
    messageTimesMs: [],
    replayTimesMs: [],
    nextPingAtMs: firstPingAtMs,
    missedPings: 0,
    onLeave: undefined,
  };
}
