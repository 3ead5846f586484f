import type { Redis } from "ioredis";

/**
 * Resolves at the first connection, however many attempts it takes within the time allowed.
 *
 * @throws what `unreachable` makes of the last attempt's error when time is up; the signal's reason when it is aborted
 */
export function awaitRedis(
  redis: Redis,
  { signal, timeoutMs }: { readonly signal: AbortSignal; readonly timeoutMs: number },
  unreachable: (lastError: unknown) => Error,
): Promise<void> {
  const late = AbortSignal.timeout(timeoutMs);
  const either = AbortSignal.any([signal, late]);
  let lastError: unknown = new Error("no answer");
  const keep = (error: unknown) => {
    lastError = error;
  };
  redis.on("error", keep);
  return new Promise<void>((resolve, reject) => {
    const give = () => reject(late.aborted ? unreachable(lastError) : signal.reason);
    either.addEventListener("abort", give, { once: true });
    redis.once("ready", () => {
      either.removeEventListener("abort", give);
      resolve();
    });
    if (either.aborted) give();
  }).finally(() => redis.off("error", keep));
}
