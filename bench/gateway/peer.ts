/** One server under test. Every one of them is given the same events at the same times. */
export interface Peer {
  readonly port: number;
  readonly path: string;
  /** Processes that serve beside this one. */
  readonly pids: readonly number[];
  /** Tells all connections of `events`; resolves when the server could take the next. */
  publish(events: readonly BenchEvent[]): Promise<void>;
  close(): Promise<void>;
}

export interface BenchEvent {
  readonly type: string;
  readonly timestamp: number;
  readonly [field: string]: string | number;
}

const LEVELS = ["VAULT", "MAINFRAME", "SUBNET", "DARKNET", "BLACK_ICE"];

/**
 * A `JACK_IN` as the game's feed has it.
 *
 * @param sentAtMs - when it was due, which is not later than when it was told: what a server is late counts
 */
export function jackIn(index: number, sentAtMs: number): BenchEvent {
  return {
    type: "JACK_IN",
    timestamp: Math.floor(sentAtMs),
    address: `0x${(index * 7919).toString(16).padStart(40, "0")}`,
    level: LEVELS[index % LEVELS.length] ?? "VAULT",
    amount: "500000000000000000000",
    totalAmount: `${index + 1}500000000000000000000`,
    sentAtMs: Number(sentAtMs.toFixed(3)),
  };
}

/** With fractions, and the same in every process of this machine. */
export function preciseNow(): number {
  return performance.timeOrigin + performance.now();
}
