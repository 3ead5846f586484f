import type { CloseCode, Connection } from "./connection.ts";
import type { GatewayLimits } from "./limits.ts";

export interface Parting {
  readonly code: CloseCode;
  readonly reason: string;
}

/**
 * What time alone does to a connection. One sweep asks this of all of them, so that none needs a timer.
 *
 * @returns how it must close, if it must
 */
export function checkDeadlines(
  connection: Connection,
  limits: GatewayLimits,
  nowMs: number,
): Parting | undefined {
  const { session, phase, openedAtMs } = connection;
  if (phase === "greeting" && nowMs - openedAtMs >= limits.authTimeoutMs) {
    return { code: 4401, reason: "no AUTH in time" };
  }
  if (session && nowMs >= session.expiresAtMs) return { code: 4401, reason: "the session expired" };
  if (nowMs < connection.nextPingAtMs) return undefined;
  if (connection.missedPings >= limits.heartbeatMisses) {
    return { code: 4408, reason: `${limits.heartbeatMisses} heartbeats unanswered` };
  }
  connection.missedPings += 1;
  connection.nextPingAtMs = nowMs + limits.heartbeatMs;
  connection.outlet.ping();
  return undefined;
}
