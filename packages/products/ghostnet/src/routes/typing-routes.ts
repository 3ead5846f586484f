import type { ProductRoute, RouteRefusal } from "@ghostchain/product";
import type { z } from "zod";
import type { BoostSigner } from "../boosts/boost-signer.ts";
import { playTyping } from "../typing/play-typing.ts";
import { listGames } from "../typing/read-games.ts";
import { issueChallenge } from "../typing/typing-store.ts";
import { requireUser } from "./require-user.ts";
import { challengeAnswer, gamesAnswer, resultAnswer, resultBody } from "./typing-answers.ts";

const TOO_MANY: RouteRefusal = {
  ...{ status: 429, code: "TYPING_TOO_MANY_GAMES" },
  when: "ten games were handed in within the hour",
};

export function typingRoutes(signer: BoostSigner): readonly ProductRoute[] {
  return [challengeRoute, resultRoute(signer), gamesRoute];
}

const challengeRoute: ProductRoute = {
  method: "POST",
  path: "/minigame/typing/challenge",
  summary: "A command to type, for this user, once, within five minutes",
  auth: "required",
  response: challengeAnswer,
  refusals: [
    TOO_MANY,
    { status: 429, code: "TYPING_TOO_MANY_CHALLENGES", when: "20 challenges are open" },
  ],
  async handle(request, { database, clock }) {
    const challenge = await issueChallenge(database, requireUser(request), clock.now());
    const { id: challengeId, command, issuedAtMs: issuedAt, expiresAtMs: expiresAt } = challenge;
    return { challengeId, command, issuedAt, expiresAt };
  },
};

const DESCRIPTION = `The server replays the keystrokes against the challenge's command. Accuracy is the share of right
characters, where each character typed wrong, corrected or not, and each one missing counts against it; speed is words
of five characters a minute between the first key and the last. What the request claims must agree within 1 %, or as
far as rounding to whole per cents and words explains.

An accuracy of 50, 70, 85, 95, 100 % lowers the death rate by 500, 1000, 1500, 2000, 2500 basis points; from 95 % on,
more than 80 (100) words a minute add 500 (1000). The boost is valid for an hour and needs a live position; send it with
\`GhostCore.applyBoost(type, valueBps, expiry, nonce, signature)\`. The contract refuses it while the level's scan is open.

A game that is refused with 422 uses its challenge up and counts as a game. \`BOOST_…\` refusals leave it open.`;

const RESULT_REFUSALS: readonly RouteRefusal[] = [
  { status: 403, code: "TYPING_CHALLENGE_FOREIGN", when: "it was given to another user" },
  { status: 404, code: "TYPING_CHALLENGE_UNKNOWN", when: "there is no such challenge" },
  { status: 409, code: "TYPING_CHALLENGE_USED", when: "a game was handed in for it" },
  { status: 409, code: "BOOST_NEEDS_POSITION", when: "the user has no live position" },
  { status: 410, code: "TYPING_CHALLENGE_EXPIRED", when: "five minutes have passed" },
  { status: 422, code: "TYPING_TIMESTAMP_OLD", when: "the timestamp is older than five minutes" },
  { status: 422, code: "TYPING_TIMESTAMP_FUTURE", when: "it is more than 5 s ahead" },
  { status: 422, code: "TYPING_TIMELINE_INVALID", when: "keystrokes are missing or out of order" },
  { status: 422, code: "TYPING_WPM_IMPLAUSIBLE", when: "below 10 or above 200 words a minute" },
  {
    ...{ status: 422, code: "TYPING_DURATION_MISMATCH" },
    when: "more than 5 s off the keystrokes, or longer than the challenge has been known",
  },
  { status: 422, code: "TYPING_CLAIM_MISMATCH", when: "command, accuracy or wpm do not agree" },
  { status: 422, code: "TYPING_MACHINE_LIKE", when: "the keystrokes come as a machine's do" },
  TOO_MANY,
  { status: 503, code: "BOOST_SIGNER_MISSING", when: "no key here is the contract's signer" },
  { status: 503, code: "BOOST_SIGNER_UNREADABLE", when: "the chain does not answer" },
];

function resultRoute(signer: BoostSigner): ProductRoute {
  return {
    method: "POST",
    path: "/minigame/typing/result",
    summary: "Hands in a game, and gives the boost that it earned",
    description: DESCRIPTION,
    auth: "required",
    body: resultBody,
    response: resultAnswer,
    refusals: RESULT_REFUSALS,
    async handle(request, { database, clock }) {
      const user = requireUser(request);
      const { challengeId, ...claim } = request.body as z.output<typeof resultBody>;
      const parts = { database, signer };
      const played = await playTyping(parts, { user, challengeId, claim }, clock.now());
      const { accuracy, wpm } = played.score;
      return { valid: true, accuracy, wpm, boost: played.boost ?? null };
    },
  };
}

const gamesRoute: ProductRoute = {
  method: "GET",
  path: "/minigame/typing/games",
  summary: "The user's last 50 games, with what they earned",
  auth: "required",
  response: gamesAnswer,
  async handle(request, { database }) {
    return { games: await listGames(database, requireUser(request)) };
  },
};
