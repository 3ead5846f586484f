import type { Logger } from "./logger.ts";

/** A part with a life of its own. */
export interface Service {
  readonly name: string;
  /** Resolves once the service does its job; rejects if it cannot. `signal` aborts a slow start. */
  start(signal: AbortSignal): Promise<void>;
  /** Idempotent. Settles only when every socket, timer and file handle is released. */
  stop(): Promise<void>;
}

/**
 * Starts services in the order given and returns what stops them in reverse. A start that fails, or is
 * aborted, stops those that had started and then rejects with the first error.
 */
export async function runServices(
  services: readonly Service[],
  signal: AbortSignal,
  logger: Logger,
): Promise<() => Promise<void>> {
  const started: Service[] = [];
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= stopInReverse(started, logger);
    return stopping;
  };
  for (const service of services) {
    try {
      signal.throwIfAborted();
      started.push(service);
      await service.start(signal);
      logger.debug({ service: service.name }, "service started");
    } catch (error) {
      await stop();
      throw error;
    }
  }
  return stop;
}

async function stopInReverse(started: readonly Service[], logger: Logger): Promise<void> {
  for (const service of started.toReversed()) {
    try {
      await service.stop();
    } catch (error) {
      logger.error({ service: service.name, err: error }, "service did not stop cleanly");
    }
  }
}
