/** How bad the world is just now. Probabilities are of each request, statement or message. */
export interface Faults {
  readonly rpc: {
    error: number;
    timeout: number;
    /** Another server, which may lag or be on another branch, answers instead. */
    otherServer: number;
    /** An answer that contradicts itself. */
    garbled: number;
    /** Of a request on its way there, and of its answer on its way back. */
    latencyMs: number;
    /** A server that does not have a block says that there are no logs in it. */
    emptyIfUnknown: boolean;
    /** A new head is told twice, late, or not at all. */
    push: number;
    /** How long a server takes to learn of a block, at most. */
    lagMs: number;
    /** The most blocks a range of logs may have. */
    rangeBlocks: number;
    down: boolean;
  };
  readonly database: {
    /** The connection breaks before a statement. */
    broken: number;
    /** A statement is refused: serialization, deadlock, a server that shuts down. */
    refused: number;
    /** The connection breaks after COMMIT was sent: before it was done, or before it was answered. */
    lostCommit: number;
    /** Of a statement. */
    latencyMs: number;
    down: boolean;
  };
  readonly bus: { loss: number; double: number; down: boolean };
  readonly network: { cut: number; latencyMs: number; refused: number };
  readonly login: { unavailable: number };
}

/** Everything works. */
export function noFaults(): Faults {
  return {
    rpc: {
      ...{ error: 0, timeout: 0, otherServer: 0, garbled: 0, push: 0, lagMs: 3 },
      ...{ latencyMs: 6, emptyIfUnknown: false, rangeBlocks: 1_000_000, down: false },
    },
    database: { broken: 0, refused: 0, lostCommit: 0, latencyMs: 2, down: false },
    bus: { loss: 0, double: 0, down: false },
    network: { cut: 0, latencyMs: 4, refused: 0 },
    login: { unavailable: 0 },
  };
}
