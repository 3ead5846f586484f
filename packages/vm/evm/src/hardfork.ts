/** Every rule set of Ethereum mainnet, oldest first. */
export const HARDFORKS = [
  "frontier",
  "homestead",
  "tangerineWhistle",
  "spuriousDragon",
  "byzantium",
  "constantinople",
  "petersburg",
  "istanbul",
  "berlin",
  "london",
  "paris",
  "shanghai",
  "cancun",
  "prague",
  "osaka",
] as const;

export type Hardfork = (typeof HARDFORKS)[number];

/** Whether the rules of `fork` include those that `since` brought. */
export function includesFork(fork: Hardfork, since: Hardfork): boolean {
  return HARDFORKS.indexOf(fork) >= HARDFORKS.indexOf(since);
}
