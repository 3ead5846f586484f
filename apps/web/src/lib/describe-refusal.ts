import { formatData } from "./format.ts";

/** Why the game's contract refused, for a person; undefined for what a player cannot cause. */
export function describeRefusal(name: string, args: readonly unknown[]): string | undefined {
  switch (name) {
    case "StakeBelowMinimum":
      return `at least ${formatData(String(args[1]))} DATA here`;
    case "LevelLocked":
      return "locked: a scan is near; try again after it";
    case "ScanPending":
      return "a scan is under way; try again after it";
    case "SameBlock":
      return "not in the block of a deposit; try again";
    case "NoPosition":
      return "you are not jacked in";
    case "BoostExpired":
      return "the boost has expired";
    case "TooManyBoosts":
      return `no more than ${String(args[0])} boosts at a time`;
    default:
      return undefined;
  }
}
