import { z } from "zod";

const COMMAND = "ssh -L 8080:localhost:80 ghost@darknet.relay -N";
const CHALLENGE_ID = "u2Zk1q7yV0mJmXxQ5Jb3Tg";
const KEYSTROKES_MAX = 1_000;
const KEY_MAX_CHARS = 32;
const NOW_MS = 1_795_176_000_000;
const WEI_NONCE = `0x${"5f".repeat(32)}`;

const challengeId = z.string().meta({ examples: [CHALLENGE_ID] });
const milliseconds = z.number().meta({ description: "milliseconds since the Unix epoch" });

export const challengeAnswer = z.object({
  challengeId,
  command: z.string().meta({ examples: [COMMAND] }),
  issuedAt: milliseconds,
  expiresAt: milliseconds,
});

export const resultBody = z.object({
  challengeId: z
    .string()
    .min(1)
    .max(64)
    .meta({ examples: [CHALLENGE_ID] }),
  accuracy: z
    .number()
    .min(0)
    .max(1)
    .meta({ examples: [0.94] }),
  wpm: z.number().meta({ examples: [76] }),
  command: z
    .string()
    .max(500)
    .meta({ examples: [COMMAND] }),
  timestamp: z.number().meta({
    description: "the client's clock when the game was over, in milliseconds",
    examples: [NOW_MS],
  }),
  duration: z.number().meta({
    description: "milliseconds from the first key to the last",
    examples: [7_420],
  }),
  keystrokes: z
    .array(z.object({ key: z.string().max(KEY_MAX_CHARS), atMs: z.number() }))
    .max(KEYSTROKES_MAX)
    .meta({
      description:
        "every key in order: `key` as `KeyboardEvent.key` names it, `atMs` counted from any moment; " +
        "characters and Backspace count, other keys do not",
      examples: [
        [
          { key: "s", atMs: 0 },
          { key: "s", atMs: 142 },
          { key: "h", atMs: 231 },
        ],
      ],
    }),
});

const boostAnswer = z.object({
  type: z.int().meta({ description: "0 lowers the death rate" }),
  valueBps: z.int().meta({ examples: [1_500] }),
  expiry: z.int().meta({ description: "seconds since the Unix epoch" }),
  nonce: z.string().meta({ examples: [WEI_NONCE] }),
  signature: z.string().meta({ description: "EIP-712, for GhostCore.applyBoost" }),
});

const score = {
  accuracy: z.number().meta({ description: "as replayed; a corrected mistake counts too" }),
  wpm: z.number().meta({ description: "words of five characters a minute, as replayed" }),
};

export const resultAnswer = z.object({
  valid: z.literal(true),
  ...score,
  boost: boostAnswer.nullable().meta({ description: "null below an accuracy of one half" }),
});

export const gamesAnswer = z.object({
  games: z.array(
    z.object({
      challengeId,
      command: z.string(),
      ...score,
      duration: z.int(),
      refusal: z.string().nullable().meta({ description: "the code it was refused with" }),
      boost: boostAnswer.nullable(),
      playedAt: z.iso.datetime(),
    }),
  ),
});
