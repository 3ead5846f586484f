/** Numbers that look random and are the same for the same seed (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** In `[0, below)`; `below` is at most 2^32. */
  int(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.int(1_000_000) < probability * 1_000_000;
  }

  pick<T>(from: readonly T[]): T {
    const picked = from[this.int(from.length)];
    if (picked === undefined) throw new Error("nothing to pick from");
    return picked;
  }

  bytes(sizeBytes: number): Uint8Array {
    return Uint8Array.from({ length: sizeBytes }, () => this.int(256));
  }

  /** Mostly words at which arithmetic has its edges. */
  word(): bigint {
    if (this.chance(0.3)) return BigInt(this.int(300));
    const power = 1n << BigInt(this.int(256));
    const edge = this.pick([power, power - 1n, 2n ** 256n - power, 2n ** 255n + power]);
    if (this.chance(0.7)) return BigInt.asUintN(256, edge);
    return this.bytes(32).reduce((word, byte) => (word << 8n) | BigInt(byte), 0n);
  }
}
