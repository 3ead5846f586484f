import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { type TickSocket, TickWriter } from "./tick-writer.ts";

const [A, B, C] = ["a", "b", "c"].map((text) => Buffer.from(text)) as [Buffer, Buffer, Buffer];

class FakeSocket implements TickSocket {
  readonly #writer: TickWriter;
  readonly #onWrite: () => void;
  #waiting: Buffer[] = [];
  readonly writes: Buffer[] = [];

  constructor(writer: TickWriter, onWrite: () => void = () => undefined) {
    this.#writer = writer;
    this.#onWrite = onWrite;
  }

  send(frame: Buffer): void {
    this.#waiting.push(frame);
    if (this.#waiting.length === 1) this.#writer.add(this);
  }

  take(): readonly Buffer[] {
    const taken = this.#waiting;
    this.#waiting = [];
    return taken;
  }

  write(bytes: Buffer): void {
    this.writes.push(bytes);
    this.#onWrite();
  }
}

describe("TickWriter", () => {
  it("makes one write of what one tick brings to a socket, and shares it between sockets", () => {
    const writer = new TickWriter(5);
    const [first, second, third] = [1, 2, 3].map(() => new FakeSocket(writer)) as [
      FakeSocket,
      FakeSocket,
      FakeSocket,
    ];
    for (const frame of [A, B, C]) for (const one of [first, second]) one.send(frame);
    for (const frame of [A, C, C]) third.send(frame);
    expect(first.writes).toEqual([]);
    writer.flush();
    expect(first.writes.map(String)).toEqual(["abc"]);
    expect(second.writes[0]).toBe(first.writes[0]);
    expect(third.writes.map(String)).toEqual(["acc"]);
  });

  it("flushes by itself when the tick is over", async () => {
    const one = new FakeSocket(new TickWriter(1));
    one.send(A);
    await expect.poll(() => one.writes.map(String)).toEqual(["a"]);
  });

  it("writes each frame at once when the tick is 0", () => {
    const one = new FakeSocket(new TickWriter(0));
    one.send(A);
    one.send(B);
    expect(one.writes.map(String)).toEqual(["a", "b"]);
  });
});

describe("TickWriter with more sockets than one slice writes to", () => {
  /** Each write takes a tenth of a millisecond of a clock that stands still otherwise. */
  function open(count: number, tickMs = 5) {
    const clock = { nowMs: 1_000 };
    const writer = new TickWriter(tickMs, () => clock.nowMs);
    const sockets = Array.from(
      { length: count },
      () =>
        new FakeSocket(writer, () => {
          clock.nowMs += 0.1;
        }),
    );
    const send = (frame: Buffer) => {
      for (const socket of sockets) socket.send(frame);
    };
    const written = () => sockets.filter(({ writes }) => writes.length > 0).length;
    return { clock, sockets, send, written };
  }

  it("gives the event loop to others every little while", async () => {
    const { send, written } = open(200);
    send(A);
    await turn();
    expect(written()).toBeGreaterThan(0);
    expect(written()).toBeLessThan(100);
    await expect.poll(written).toBe(200);
  });

  it("lets what comes meanwhile join what waits, and never writes twice to one before once to all", async () => {
    const { sockets, send, written } = open(200);
    send(A);
    await turn();
    const reached = written();
    send(B);
    await expect
      .poll(() => sockets.every(({ writes }) => String(writes.at(-1)).endsWith("b")))
      .toBe(true);
    const texts = sockets.map(({ writes }) => writes.map(String));
    expect(texts.slice(0, reached)).toEqual(Array.from({ length: reached }, () => ["a", "b"]));
    expect(texts.slice(reached)).toEqual(Array.from({ length: 200 - reached }, () => ["ab"]));
  });

  it("waits twice as long as a round took before the next, but 50 ms at most", async () => {
    for (const [count, waitMs] of [
      [10, 5],
      [200, 40],
      [400, 50],
    ] as const) {
      const { clock, sockets, send, written } = open(count);
      send(A);
      await expect.poll(written).toBe(count);
      const tookMs = clock.nowMs - 1_000;
      send(B);
      const timerMs = Math.max(0, waitMs - tookMs);
      const startedMs = performance.now();
      await expect.poll(() => sockets[0]?.writes.length, { interval: 1 }).toBe(2);
      expect(performance.now() - startedMs).toBeGreaterThanOrEqual(timerMs - 2);
    }
  });
});
