export { type Clock, FakeClock, systemClock } from "./clock.ts";
export { CodedError, type Fault } from "./coded-error.ts";
export { ConfigError, type ConfigIssue, parseConfig } from "./config.ts";
export { createFileOnce } from "./create-file-once.ts";
export { Health, type HealthReport, type ServiceHealth, type ServiceStatus } from "./health.ts";
export { createLogger, createSilentLogger, type Logger, type LogLevel } from "./logger.ts";
export {
  Counter,
  createHealthMetrics,
  createMetrics,
  Gauge,
  Histogram,
  type Metrics,
} from "./metrics.ts";
export { runServices, type Service } from "./service.ts";
export { WatchedFile } from "./watched-file.ts";
