export type ServiceStatus = "starting" | "ready" | "failing" | "stopped";

export interface ServiceHealth {
  readonly status: ServiceStatus;
  /** Why it is not ready, for a person. */
  readonly reason?: string;
}

export interface HealthReport {
  readonly status: "ready" | "not_ready";
  readonly services: Readonly<Record<string, ServiceHealth>>;
}

/** What each service last said of itself; the whole is ready when every one is. */
export class Health {
  readonly #services = new Map<string, ServiceHealth>();

  set(service: string, status: ServiceStatus, reason?: string): void {
    this.#services.set(service, reason === undefined ? { status } : { status, reason });
  }

  report(): HealthReport {
    const all = [...this.#services.values()];
    const ready = all.length > 0 && all.every((service) => service.status === "ready");
    return {
      status: ready ? "ready" : "not_ready",
      services: Object.fromEntries(this.#services),
    };
  }
}
