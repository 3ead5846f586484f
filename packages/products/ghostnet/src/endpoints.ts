import type { z } from "zod";
import type { CrewSort } from "./crews/crew-standings.ts";
import type { LeaderboardType } from "./leaderboard/read-leaderboard.ts";
import type { crewAnswer, crewChanged, crewMade, crewsAnswer } from "./routes/crew-answers.ts";
import type { leaderboardAnswer, levelsAnswer } from "./routes/game-routes.ts";
import type {
  challengeAnswer,
  gamesAnswer,
  resultAnswer,
  resultBody,
} from "./routes/typing-answers.ts";
import type { historyAnswer, userAnswer } from "./routes/user-routes.ts";

interface Page {
  limit?: number;
  offset?: number;
}

/** What the game's routes take and give, for `createGhostClient<GhostnetEndpoints>`. */
export type GhostnetEndpoints = {
  "GET /users/:address": { params: { address: string }; response: z.output<typeof userAnswer> };
  "GET /users/:address/history": {
    params: { address: string };
    query?: Page;
    response: z.output<typeof historyAnswer>;
  };
  "GET /leaderboard": {
    query?: { type?: LeaderboardType; period?: "daily" | "weekly" | "all"; limit?: number };
    response: z.output<typeof leaderboardAnswer>;
  };
  "GET /levels": { response: z.output<typeof levelsAnswer> };
  "GET /crews": {
    query?: Page & { search?: string; sort?: CrewSort };
    response: z.output<typeof crewsAnswer>;
  };
  "GET /crews/:id": { params: { id: string }; response: z.output<typeof crewAnswer> };
  "POST /crews": { body: { name: string }; response: z.output<typeof crewMade> };
  "POST /crews/:id/join": { params: { id: string }; response: z.output<typeof crewChanged> };
  "POST /crews/:id/leave": { params: { id: string }; response: z.output<typeof crewChanged> };
  "POST /minigame/typing/challenge": { response: z.output<typeof challengeAnswer> };
  "POST /minigame/typing/result": {
    body: z.input<typeof resultBody>;
    response: z.output<typeof resultAnswer>;
  };
  "GET /minigame/typing/games": { response: z.output<typeof gamesAnswer> };
};
