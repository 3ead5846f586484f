import type { Clock } from "@ghostchain/service";
import type { Scheduler } from "./scheduler.ts";
import type { SimProcess } from "./sim-process.ts";

/** A process's own view of the simulated time. */
export function simClock(scheduler: Scheduler, owner: SimProcess): Clock {
  return {
    now: () => scheduler.nowMs,
    sleep: (durationMs, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const onAbort = () => {
          cancel();
          reject(signal?.reason);
        };
        const cancel = scheduler.at(owner, durationMs, `wake after ${durationMs}`, () => {
          signal?.removeEventListener("abort", onAbort);
          resolve();
        });
        signal?.addEventListener("abort", onAbort, { once: true });
      }),
  };
}
