import { parseEther } from "viem";

export interface PlayerView {
  /** 0 without a position. */
  readonly level: number;
  readonly amountWei: bigint;
  readonly rewardsWei: bigint;
  readonly balanceWei: bigint;
}

export type Move =
  | { readonly kind: "jackIn"; readonly level: number; readonly amountWei: bigint }
  | { readonly kind: "extract" }
  | { readonly kind: "claim" }
  | { readonly kind: "wait" };

const MINIMUM_DATA = [100, 50, 30, 15, 5] as const;
/** Most players like some risk: chances of level 1 to 5. */
const LEVEL_CHANCES = [0.12, 0.2, 0.26, 0.26, 0.16] as const;
const MAX_STAKE_FACTOR = 8;
const EXTRACT_CHANCE = 0.22;
const CLAIM_CHANCE = 0.3;
const ADD_CHANCE = 0.35;

/** What a simulated player does next. */
export function chooseMove(view: PlayerView, random: () => number): Move {
  if (view.level === 0) {
    const level = pickLevel(random());
    return stake(level, view, random);
  }
  if (random() < EXTRACT_CHANCE) return { kind: "extract" };
  if (view.rewardsWei > 0n && random() < CLAIM_CHANCE) return { kind: "claim" };
  if (random() < ADD_CHANCE) return stake(view.level, view, random);
  return { kind: "wait" };
}

function pickLevel(dice: number): number {
  let sum = 0;
  for (const [index, chance] of LEVEL_CHANCES.entries()) {
    sum += chance;
    if (dice < sum) return index + 1;
  }
  return LEVEL_CHANCES.length;
}

/** One to eight times the level's minimum, in whole DATA, as far as the purse goes. */
function stake(level: number, view: PlayerView, random: () => number): Move {
  const minimum = MINIMUM_DATA[level - 1] ?? MINIMUM_DATA[0];
  const data = Math.ceil(minimum * (1 + random() * (MAX_STAKE_FACTOR - 1)));
  const amountWei = parseEther(`${data}`);
  if (amountWei <= view.balanceWei) return { kind: "jackIn", level, amountWei };
  return view.level === 0 ? { kind: "wait" } : { kind: "extract" };
}
