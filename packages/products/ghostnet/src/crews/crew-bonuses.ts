import { parseEther } from "viem";

/** What a crew's members have done on the chain, between them. */
export interface CrewStats {
  readonly members: number;
  /** Members with a live position. */
  readonly alive: number;
  /** Levels, 1 to 5, that hold a live position of a member. */
  readonly levels: readonly number[];
  readonly extracted: bigint;
  readonly pnl: bigint;
  readonly streakBest: number;
}

export interface CrewBonus {
  readonly code: string;
  readonly title: string;
  readonly description: string;
  readonly progress: number;
  readonly target: number;
  readonly active: boolean;
}

interface Rule {
  readonly code: string;
  readonly title: string;
  readonly description: string;
  readonly target: number;
  measure(stats: CrewStats): number;
}

const DATA = parseEther("1");
const DANGEROUS_LEVEL = 4;

/**
 * Honours that a crew holds for as long as its members earn them: they are read off the chain and change nothing on
 * it, for the contracts know no crews.
 */
const RULES: readonly Rule[] = [
  {
    code: "SAFE_IN_NUMBERS",
    title: "Safe in numbers",
    description: "Three members are jacked in at once",
    target: 3,
    measure: ({ alive }) => alive,
  },
  {
    code: "FULL_SPECTRUM",
    title: "Full spectrum",
    description: "A member is jacked in at each of the five levels",
    target: 5,
    measure: ({ levels }) => new Set(levels).size,
  },
  {
    code: "DEEP_RUN",
    title: "Deep run",
    description: "Members are jacked in at both DARKNET and BLACK_ICE",
    target: 2,
    measure: ({ levels }) => new Set(levels.filter((level) => level >= DANGEROUS_LEVEL)).size,
  },
  {
    code: "GHOST_CREW",
    title: "Ghost crew",
    description: "A member survived five scans in a row",
    target: 5,
    measure: ({ streakBest }) => streakBest,
  },
  {
    code: "HEIST",
    title: "Heist",
    description: "Members have extracted 10,000 DATA between them",
    target: 10_000,
    measure: ({ extracted }) => Number(extracted / DATA),
  },
  {
    code: "IN_THE_BLACK",
    title: "In the black",
    description: "Members have gained more than they lost",
    target: 1,
    measure: ({ pnl }) => (pnl > 0n ? 1 : 0),
  },
];

export function crewBonuses(stats: CrewStats): CrewBonus[] {
  return RULES.map(({ measure, ...rule }) => {
    const progress = Math.min(measure(stats), rule.target);
    return { ...rule, progress, active: progress >= rule.target };
  });
}
