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
  return pino(
    { level: options.level, base: null, redact: REDACTED, serializers: { err: describeError } },
    destination,
  );
}

/** For tests and for callers that embed a service without wanting to hear from it. */
export function createSilentLogger(): Logger {
  return pino({ level: "silent" });
}

const CAUSES_SHOWN = 3;
const FRAMES_SHOWN = 10;

/**
 * What is said of an error and no more: libraries hang whole connections on theirs, with their settings and
 * keys, and a fault of ours is the one thing beside the text that was made to be read.
 */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  // the text, which may be long, stands at the head of the stack once more
  const frames = error.stack?.match(/^ +at .*$/gm)?.slice(0, FRAMES_SHOWN);
  return { ...nameError(error, CAUSES_SHOWN), stack: frames?.join("\n") };
}

function nameError(error: unknown, causes: number): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message, cause } = error;
  return {
    name,
    message,
    ...("code" in error ? { code: error.code } : {}),
    ...("fault" in error ? { fault: error.fault } : {}),
    ...(cause !== undefined && causes > 0 ? { cause: nameError(cause, causes - 1) } : {}),
  };
}

const REDACTED = [
  "privateKey",
  "*.privateKey",
  "token",
  "*.token",
  "authorization",
  "*.authorization",
];
