import { runServices, type Service } from "@ghostchain/service";
import { awaitReady } from "./await-ready.ts";
import type { Base } from "./ground.ts";

/** What one process runs, and what it tells a person once it does. */
export interface Stack {
  readonly base: Base;
  /** In the order they start. */
  readonly services: readonly Service[];
  describe(): string;
}

/**
 * Runs a stack until `signal` aborts.
 *
 * @throws whatever keeps a service from starting; what had started is stopped then
 */
export async function runStack(
  { base, services, describe }: Stack,
  signal: AbortSignal,
): Promise<void> {
  try {
    const stop = await runServices(services, signal, base.logger);
    try {
      await awaitReady(base, console.log, signal);
      console.log(describe());
      // counted from the start of the process
      console.log(`ready in ${(performance.now() / 1000).toFixed(1)} s`);
      await aborted(signal);
    } finally {
      await stop();
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) =>
    signal.addEventListener("abort", () => resolve(), { once: true }),
  );
}
