import type { ProductAnalytics } from "@ghostchain/product";
import { LEVEL_NAMES } from "../level.ts";

/** What the game sums up over time, by the events of its feed (`feed.ts`). */
export const gameAnalytics: ProductAnalytics = {
  // done to players, not by them
  passive: ["TRACED", "PENALTY", "SURVIVED", "SYSTEM_RESET"],
  reports: {
    volume: {
      summary: "What players staked and took out, by period",
      levels: LEVEL_NAMES,
      sums: {
        staked: {
          about: "put in, new positions and additions alike",
          of: { JACK_IN: (event) => event.amount },
        },
        extracted: {
          about:
            "principal that survived and was taken out; in an emergency its level is not known",
          of: { EXTRACT: (event) => event.amount, EMERGENCY: (event) => event.amount },
        },
        rewards: {
          about: "rewards that were taken out; those claimed without extracting are of no level",
          of: { EXTRACT: (event) => event.rewards, REWARDS: (event) => event.amount },
        },
      },
    },
    cascades: {
      summary: "What became of the capital of those who were traced, by period",
      levels: LEVEL_NAMES,
      sums: {
        died: {
          about: "all of it; the parts add up to it",
          of: { CASCADE: (event) => event.amount },
        },
        sameLevel: {
          about: "to the survivors of the level",
          of: { CASCADE: (event) => event.sameLevel },
        },
        upstream: { about: "to safer levels", of: { CASCADE: (event) => event.upstream } },
        burned: { about: "burned", of: { CASCADE: (event) => event.burned } },
        protocol: { about: "to the treasury", of: { CASCADE: (event) => event.protocol } },
      },
    },
    resets: {
      summary: "What system resets took and gave, by period",
      sums: {
        penalties: {
          about: "taken from positions",
          of: { SYSTEM_RESET: (event) => event.penaltyPool },
        },
        jackpots: {
          about: "given to the last who staked",
          of: { SYSTEM_RESET: (event) => event.jackpot },
        },
      },
    },
  },
};
