import { type DestinationStream, type Logger as PinoLogger, pino } from "pino";

/** A fixed sentence plus fields: `log.info({ height, hash }, "block applied")`. */
export type Logger = PinoLogger;

export type LogLevel = "fatal" | "error" | "warn" | "info" | "debug" | "trace" | "silent";

/** JSON lines on standard error, so that standard output stays for what a command answers. */
export function createLogger(options: {
  level: LogLevel;
  destination?: DestinationStream;
}): Logger {
  const destination = options.destination ?? pino.destination({ dest: 2, sync: true });
  return pino({ level: options.level, base: null, redact: REDACTED }, destination);
}

/** For tests and for callers that embed a service without wanting to hear from it. */
export function createSilentLogger(): Logger {
  return pino({ level: "silent" });
}

const REDACTED = [
  "privateKey",
  "*.privateKey",
  "token",
  "*.token",
  "authorization",
  "*.authorization",
];
