import type { RateLimit, RateLimits } from "@ghostchain/rate-limit";
import type { Logger } from "@ghostchain/service";
import type { MethodWeight } from "./method-table.ts";
import { RpcProxyError } from "./rpc-proxy-error.ts";

export type PerMinute = Readonly<Record<MethodWeight, number>>;

/** Who a call is charged to. */
export interface BudgetHolder {
  /** An address, a user or a client; different kinds must not look alike. */
  readonly key: string;
  /** Its own budgets, where it has any. */
  readonly perMinute?: Partial<PerMinute> | undefined;
}

const WINDOW_MS = 60_000;
const WEIGHTS = ["light", "state", "heavy", "write"] as const;

/** What each caller may ask for in a minute, by what it costs. */
export class Budgets {
  readonly #rateLimits: Pick<RateLimits, "budget">;
  readonly #logger: Logger;
  readonly #usual: PerMinute;
  readonly #limits: Readonly<Record<MethodWeight, Map<number, RateLimit>>>;
  #isFailing = false;

  constructor(
    deps: { rateLimits: Pick<RateLimits, "budget">; logger: Logger },
    perMinute: PerMinute,
  ) {
    this.#rateLimits = deps.rateLimits;
    this.#logger = deps.logger;
    this.#usual = perMinute;
    this.#limits = { light: new Map(), state: new Map(), heavy: new Map(), write: new Map() };
    // now, so that a limit that cannot be stops the start
    for (const weight of WEIGHTS) this.#limitOf(weight, perMinute[weight]);
  }

  /**
   * Charges one call. Where the counts cannot be reached reads go on uncounted and writes do not.
   *
   * @throws {RpcProxyError} `RPC_PROXY_LIMIT_EXCEEDED`
   */
  async charge(holder: BudgetHolder, weight: MethodWeight): Promise<void> {
    const limit = holder.perMinute?.[weight] ?? this.#usual[weight];
    const answer = await this.#take(holder.key, weight, limit);
    if (answer === undefined || answer.allowed) return;
    const { retryAfterMs } = answer;
    const problem = `more than ${limit} ${weight} calls in a minute: wait ${Math.ceil(retryAfterMs / 1_000)} s`;
    throw new RpcProxyError({ code: "RPC_PROXY_LIMIT_EXCEEDED", problem, retryAfterMs });
  }

  async #take(key: string, weight: MethodWeight, limit: number) {
    try {
      const answer = await this.#limitOf(weight, limit).take(key);
      this.#isFailing = false;
      return answer;
    } catch (error) {
      if (!this.#isFailing) {
        this.#logger.error({ err: error }, "budgets cannot be counted: writes are refused");
      }
      this.#isFailing = true;
      if (weight !== "write") return undefined;
      const problem = "transactions are not taken just now: their budget cannot be counted";
      const fault = { code: "RPC_PROXY_LIMIT_EXCEEDED", problem, retryAfterMs: 1_000 } as const;
      throw new RpcProxyError(fault, { cause: error });
    }
  }

  /** As many as there are different limits: those of the deployment and of its clients' register. */
  #limitOf(weight: MethodWeight, limit: number): RateLimit {
    const known = this.#limits[weight].get(limit);
    if (known) return known;
    const rule = { limit, windowMs: WINDOW_MS };
    const made = this.#rateLimits.budget(`rpc.${weight}.${limit}`, rule);
    this.#limits[weight].set(limit, made);
    return made;
  }
}
