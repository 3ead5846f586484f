import { describe, expect, it } from "vitest";
import { SingleFlight } from "./single-flight.ts";

function work() {
  const calls: {
    signal: AbortSignal;
    resolve: (value: string) => void;
    reject: (e: Error) => void;
  }[] = [];
  const start = (signal: AbortSignal) =>
    new Promise<string>((resolve, reject) => {
      calls.push({ signal, resolve, reject });
    });
  return { calls, start };
}

describe("SingleFlight", () => {
  it("does the work once for all who ask meanwhile, and again for who comes after", async () => {
    const flights = new SingleFlight<string>();
    const { calls, start } = work();
    const all = [1, 2, 3].map(() => flights.run("key", start, undefined));
    expect(calls).toHaveLength(1);
    calls[0]?.resolve("once");
    expect(await Promise.all(all)).toEqual(["once", "once", "once"]);
    expect(flights.has("key")).toBe(false);
    const later = flights.run("key", start, undefined);
    calls[1]?.resolve("again");
    expect(await later).toBe("again");
  });

  it("lets one leave without failing the others", async () => {
    const flights = new SingleFlight<string>();
    const { calls, start } = work();
    const leaving = new AbortController();
    const one = flights.run("key", start, leaving.signal);
    const other = flights.run("key", start, new AbortController().signal);
    leaving.abort(new Error("left"));
    await expect(one).rejects.toThrow("left");
    expect(calls[0]?.signal.aborted).toBe(false);
    calls[0]?.resolve("stayed");
    expect(await other).toBe("stayed");
  });

  it("ends the work when all have left, and begins anew for who comes then", async () => {
    const flights = new SingleFlight<string>();
    const { calls, start } = work();
    const leaving = [new AbortController(), new AbortController()];
    const all = leaving.map(({ signal }) => flights.run("key", start, signal));
    for (const { abort: _, signal } of leaving) expect(signal.aborted).toBe(false);
    for (const one of leaving) one.abort(new Error("left"));
    await expect(Promise.allSettled(all)).resolves.toMatchObject([
      { status: "rejected" },
      { status: "rejected" },
    ]);
    expect(calls[0]?.signal.aborted).toBe(true);
    const next = flights.run("key", start, undefined);
    calls[1]?.resolve("fresh");
    calls[0]?.reject(new Error("ended"));
    expect(await next).toBe("fresh");
  });

  it("fails all when the work fails, and has forgotten it", async () => {
    const flights = new SingleFlight<string>();
    const { calls, start } = work();
    const all = [1, 2].map(() => flights.run("key", start, undefined));
    calls[0]?.reject(new Error("broke"));
    for (const one of all) await expect(one).rejects.toThrow("broke");
    expect(flights.has("key")).toBe(false);
  });

  it("does not begin for one who has left before", async () => {
    const flights = new SingleFlight<string>();
    const { calls, start } = work();
    await expect(flights.run("key", start, AbortSignal.abort(new Error("gone")))).rejects.toThrow(
      "gone",
    );
    expect(calls).toHaveLength(0);
  });
});
