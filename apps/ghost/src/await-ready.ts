import type { Clock, Health } from "@ghostchain/service";

const POLL_MS = 50;
/** What is over within this time is not worth a line. */
const QUIET_MS = 1_000;
const TELL_EVERY_MS = 2_000;

/**
 * Resolves once every service does its job. What takes longer, such as reading a long chain from its beginning, is
 * told in between, a line at a time.
 */
export async function awaitReady(
  { health, clock }: { health: Health; clock: Clock },
  tell: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  let tellAtMs = clock.now() + QUIET_MS;
  let told = "";
  while (health.report().status !== "ready") {
    const line = waitingFor(health);
    if (clock.now() >= tellAtMs && line !== told) {
      tell(line);
      told = line;
      tellAtMs = clock.now() + TELL_EVERY_MS;
    }
    await clock.sleep(POLL_MS, signal);
  }
}

function waitingFor(health: Health): string {
  return Object.entries(health.report().services)
    .filter(([, { status }]) => status !== "ready")
    .map(([name, { status, reason }]) => `${name}: ${reason ?? status}`)
    .join("; ");
}
