/** A dev chain's clock: the world's, moved by whoever tests against the chain. */
export class DevTime {
  #offsetSeconds = 0n;
  #nextTimestamp: bigint | undefined;
  #intervalSeconds: bigint | undefined;

  /** What it is on this chain when it is `nowMs` in the world. */
  at(nowMs: number): number {
    return nowMs + Number(this.#offsetSeconds) * 1000;
  }

  /** What the next block's timestamp was told to be, if it was told. */
  toldTimestamp(parentTimestamp: bigint): bigint | undefined {
    if (this.#nextTimestamp !== undefined) return this.#nextTimestamp;
    if (this.#intervalSeconds === undefined) return undefined;
    return parentTimestamp + this.#intervalSeconds;
  }

  /** A block was made: time goes on from a timestamp that was set for it. */
  blockMade(nowMs: number): void {
    if (this.#nextTimestamp === undefined) return;
    this.set(this.#nextTimestamp, nowMs);
    this.#nextTimestamp = undefined;
  }

  /** @returns by how much the chain's clock is ahead of the world's */
  increase(seconds: bigint): bigint {
    this.#offsetSeconds += seconds;
    return this.#offsetSeconds;
  }

  /** It is `timestamp` now, and time goes on from there. */
  set(timestamp: bigint, nowMs: number): void {
    this.#offsetSeconds = timestamp - BigInt(Math.floor(nowMs / 1000));
  }

  setNext(timestamp: bigint): void {
    this.#nextTimestamp = timestamp;
  }

  /** Undefined: blocks follow the clock again. */
  setInterval(seconds: bigint | undefined): void {
    this.#intervalSeconds = seconds;
  }

  /** What `restore` takes, for a snapshot of the chain. */
  save(): bigint {
    return this.#offsetSeconds;
  }

  restore(saved: bigint): void {
    this.#offsetSeconds = saved;
    this.#nextTimestamp = undefined;
  }
}
