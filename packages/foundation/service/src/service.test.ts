import { describe, expect, it } from "vitest";
import { createSilentLogger } from "./logger.ts";
import { runServices, type Service } from "./service.ts";

const logger = createSilentLogger();
const never = new AbortController().signal;

function recording(
  name: string,
  diary: string[],
  faults: { start?: Error; stop?: Error } = {},
): Service {
  return {
    name,
    async start() {
      diary.push(`start ${name}`);
      if (faults.start) throw faults.start;
    },
    async stop() {
      diary.push(`stop ${name}`);
      if (faults.stop) throw faults.stop;
    },
  };
}

describe("runServices", () => {
  it("starts in the order listed and stops in reverse", async () => {
    const diary: string[] = [];
    const stop = await runServices([recording("a", diary), recording("b", diary)], never, logger);
    await stop();
    expect(diary).toEqual(["start a", "start b", "stop b", "stop a"]);
  });

  it("unwinds what had started when one fails, the failed one included", async () => {
    const diary: string[] = [];
    const fault = new Error("no port");
    const services = [
      recording("a", diary),
      recording("b", diary, { start: fault }),
      recording("c", diary),
    ];
    await expect(runServices(services, never, logger)).rejects.toBe(fault);
    expect(diary).toEqual(["start a", "start b", "stop b", "stop a"]);
  });

  it("starts nothing more once aborted", async () => {
    const diary: string[] = [];
    const abort = new AbortController();
    const first = recording("a", diary);
    first.start = async () => abort.abort(new Error("enough"));
    await expect(runServices([first, recording("b", diary)], abort.signal, logger)).rejects.toThrow(
      "enough",
    );
    expect(diary).toEqual(["stop a"]);
  });

  it("stops the rest when one does not stop cleanly, and only once however often it is asked", async () => {
    const diary: string[] = [];
    const services = [recording("a", diary), recording("b", diary, { stop: new Error("stuck") })];
    const stop = await runServices(services, never, logger);
    await Promise.all([stop(), stop()]);
    expect(diary).toEqual(["start a", "start b", "stop b", "stop a"]);
  });
});
