import { describe, expect, it } from "vitest";
import { type TickSocket, TickWriter } from "./tick-writer.ts";

const [A, B, C] = ["a", "b", "c"].map((text) => Buffer.from(text)) as [Buffer, Buffer, Buffer];

class FakeSocket implements TickSocket {
  readonly #writer: TickWriter;
  #waiting: Buffer[] = [];
  readonly writes: Buffer[] = [];

  constructor(writer: TickWriter) {
    this.#writer = writer;
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
