import { createDatabase, type Database } from "@ghostchain/database";
import { createEventBus, type EventBus } from "@ghostchain/event-bus";
import { createRateLimits, type RateLimits } from "@ghostchain/rate-limit";
import {
  type Clock,
  createHealthMetrics,
  createLogger,
  createMetrics,
  Health,
  type Logger,
  type Metrics,
  type Service,
  systemClock,
} from "@ghostchain/service";
import type { Settings } from "./settings/parse-settings.ts";
import { withHealth } from "./with-health.ts";

/** What a process has one of, whatever runs in it. */
export interface Base {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly health: Health;
}

/** A base of the data plane: where its processes meet. */
export interface Ground extends Base {
  readonly database: Database;
  readonly bus: EventBus;
  /** Where requests and connections are counted: for all processes together, where there are several. */
  readonly rateLimits: RateLimits;
}

export function createBase(settings: Settings): Base {
  const metrics = createMetrics({ processMetrics: true });
  const health = new Health();
  createHealthMetrics(metrics, health);
  const logger = createLogger({ level: settings["--log-level"] });
  return { clock: systemClock, logger, metrics, health };
}

/** @param dataDir - of the embedded database, where no `DATABASE_URL` names a server */
export function createGround(base: Base, settings: Settings, dataDir: string): Ground {
  const { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl } = settings;
  const database = createDatabase(base, { url: databaseUrl, dataDir });
  const shared = redisUrl === undefined ? ("database" as const) : { redisUrl };
  return {
    ...{ ...base, database },
    bus: createEventBus(base, { redisUrl, databaseUrl }),
    rateLimits: createRateLimits(
      { ...base, database },
      // nobody else counts beside an embedded database
      { store: databaseUrl === undefined ? "memory" : shared },
    ),
  };
}

/** Reports a service of this process to its health. */
export function watched(base: Base, service: Service): Service {
  return withHealth(service, base.health);
}
