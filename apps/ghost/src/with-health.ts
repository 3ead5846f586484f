import type { Health, Service } from "@ghostchain/service";

/** Reports a service's start and end to `health`, for services that do not do so themselves. */
export function withHealth(service: Service, health: Health): Service {
  const { name } = service;
  health.set(name, "starting");
  return {
    name,
    async start(signal) {
      try {
        await service.start(signal);
      } catch (error) {
        health.set(name, "failing", error instanceof Error ? error.message : String(error));
        throw error;
      }
      health.set(name, "ready");
    },
    async stop() {
      await service.stop();
      health.set(name, "stopped");
    },
  };
}

/**
 * Starts several services at the same time, and stops them so; for those that do not need each other. The first
 * that fails ends the wait for the others.
 */
export function together(name: string, services: readonly Service[]): Service {
  return {
    name,
    async start(signal) {
      const failed = new AbortController();
      const either = AbortSignal.any([signal, failed.signal]);
      const starts = services.map((service) => service.start(either));
      for (const start of starts) start.catch((reason: unknown) => failed.abort(reason));
      await Promise.allSettled(starts);
      failed.signal.throwIfAborted();
    },
    async stop() {
      await Promise.all(services.map((service) => service.stop()));
    },
  };
}

/** Several services as one: started in order, stopped in reverse. */
export function inTurn(name: string, services: readonly Service[]): Service {
  return {
    name,
    async start(signal) {
      for (const service of services) await service.start(signal);
    },
    async stop() {
      for (const service of services.toReversed()) await service.stop();
    },
  };
}
