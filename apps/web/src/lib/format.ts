const WEI = 10n ** 18n;

/** Wei to DATA with two decimals, cut, never rounded up: `1,234.50`. */
export function formatData(wei: string | bigint): string {
  const value = BigInt(wei);
  const sign = value < 0n ? "−" : "";
  const magnitude = value < 0n ? -value : value;
  const cents = ((magnitude % WEI) * 100n) / WEI;
  const whole = (magnitude / WEI).toLocaleString("en-US");
  return `${sign}${whole}.${cents.toString().padStart(2, "0")}`;
}

/**
 * DATA as a person types it to wei. Undefined unless it is a positive number with at most 18 decimals.
 */
export function parseData(text: string): bigint | undefined {
  const match = /^(\d{1,12})(?:\.(\d{1,18}))?$/.exec(text.trim());
  if (!match) return undefined;
  const wei = BigInt(match[1] ?? "0") * WEI + BigInt((match[2] ?? "").padEnd(18, "0"));
  return wei > 0n ? wei : undefined;
}

/** `0x1234…abcd` */
export function shortAddress(address: string): string {
  return `${address.slice(0, 6)}…${address.slice(-4)}`;
}

/** `4 s`, `12 min`, `3 h`: the time until `atMs`, or `now`. */
export function countdown(atMs: number, nowMs: number): string {
  const seconds = Math.ceil((atMs - nowMs) / 1000);
  if (seconds <= 0) return "now";
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h`;
}

/** How long ago, in the same words. */
export function ago(atMs: number, nowMs: number): string {
  const seconds = Math.max(0, Math.floor((nowMs - atMs) / 1000));
  if (seconds < 120) return `${seconds} s ago`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 120 ? `${minutes} min ago` : `${Math.floor(minutes / 60)} h ago`;
}

/** The value below which `share` (0 to 1) of the samples lie. */
export function quantile(samples: readonly number[], share: number): number | undefined {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}
