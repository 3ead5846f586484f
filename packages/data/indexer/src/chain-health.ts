import type { Health, ServiceStatus } from "@ghostchain/service";

/** The health of one service that follows several chains: ready when each is, failing when one is, which it names. */
export class ChainHealth {
  readonly #health: Health;
  readonly #service: string;
  readonly #chains = new Map<string, { status: ServiceStatus; reason: string | undefined }>();

  constructor(health: Health, service: string, chains: readonly string[]) {
    this.#health = health;
    this.#service = service;
    for (const chain of chains) this.#chains.set(chain, { status: "starting", reason: undefined });
  }

  set(chain: string, status: ServiceStatus, reason?: string): void {
    this.#chains.set(chain, { status, reason });
    this.#tell();
  }

  setAll(status: ServiceStatus, reason?: string): void {
    for (const chain of this.#chains.keys()) this.#chains.set(chain, { status, reason });
    this.#health.set(this.#service, status, reason);
  }

  #tell(): void {
    const all = [...this.#chains].map(([chain, said]) => ({ chain, ...said }));
    const first = (status: ServiceStatus) => all.find((said) => said.status === status);
    const worst = first("failing") ?? first("starting") ?? first("stopped") ?? all[0];
    if (worst === undefined) return;
    const { chain, status, reason } = worst;
    const several = this.#chains.size > 1 && reason !== undefined;
    this.#health.set(this.#service, status, several ? `chain ${chain}: ${reason}` : reason);
  }
}
