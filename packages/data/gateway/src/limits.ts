/** What one connection, or one user, may take of the gateway (docs/protocols/gateway.md, "Limits"). */
export interface GatewayLimits {
  readonly heartbeatMs: number;
  /** Heartbeats in a row without any sign of life, then 4408. */
  readonly heartbeatMisses: number;
  readonly handshakeTimeoutMs: number;
  /** For AUTH, where it is required, then 4401. */
  readonly authTimeoutMs: number;
  /** Of one message, then 1009. */
  readonly frameBytes: number;
  /** In any one second, then 4429. */
  readonly messagesPerSecond: number;
  /** RECONNECTs in any one minute; more are answered with an ERROR. */
  readonly replaysPerMinute: number;
  /** Of one user, in all gateways that share a store for it, then 4409. */
  readonly connectionsPerUser: number;
  /** Of everyone in this process; more are refused with 503 before the handshake. */
  readonly connections: number;
  readonly topicsPerConnection: number;
  /** Written and not yet taken by the client, then 1013. */
  readonly outboundBytes: number;
  /** Missing this many is answered with FULL_SYNC, fewer with REPLAY. */
  readonly replayRows: number;
  /** Events of one such span to one socket go out in one write; 0 writes each at once. */
  readonly tickMs: number;
}

export const DEFAULT_LIMITS: GatewayLimits = {
  heartbeatMs: 30_000,
  heartbeatMisses: 2,
  handshakeTimeoutMs: 10_000,
  authTimeoutMs: 10_000,
  frameBytes: 16 * 1024,
  messagesPerSecond: 20,
  replaysPerMinute: 60,
  connectionsPerUser: 5,
  connections: 20_000,
  topicsPerConnection: 64,
  outboundBytes: 1024 * 1024,
  replayRows: 1000,
  tickMs: 5,
};
