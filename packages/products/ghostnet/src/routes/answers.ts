import { type Address, getAddress, isAddress } from "viem";
import { z } from "zod";

/** Any case in, EIP-55 out. A mixed-case address with a wrong checksum is a typing error. */
export const addressParameter = z
  .string()
  .refine((text) => isAddress(text) || isAddress(text.toLowerCase(), { strict: false }), {
    error: "must be an address: 0x and 40 hexadecimal digits",
  })
  .refine((text) => isAddress(text) || text === text.toLowerCase() || isUpperCase(text), {
    error: "has a wrong checksum (EIP-55): check it, or write it in lower case",
  })
  .transform((text): Address => getAddress(text.toLowerCase()))
  .meta({
    description: "in any case; answers give it with its EIP-55 checksum",
    examples: ["0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045"],
  });

export const weiAnswer = z
  .string()
  .regex(/^-?\d+$/)
  .meta({ description: "wei of DATA", examples: ["120000000000000000000"] });

export const positionAnswer = z.object({
  id: z.string(),
  address: z.string(),
  level: z.string().meta({ examples: ["DARKNET"] }),
  amount: weiAnswer,
  entryAt: z.iso.datetime(),
  exitAt: z.iso.datetime().nullable(),
  exitType: z
    .string()
    .nullable()
    .meta({ description: "extracted, traced or emergency; null while it lives" }),
  rewardsEarned: weiAnswer,
  penalties: weiAnswer,
  ghostStreak: z.int(),
  alive: z.boolean(),
  txHashIn: z.string(),
  txHashOut: z.string().nullable(),
});

export const levelAnswer = z.object({
  level: z.int(),
  name: z.string(),
  deathRateBps: z.int(),
  scanIntervalSeconds: z.int(),
  minStake: weiAnswer,
  totalStaked: weiAnswer,
  players: z.int(),
  scans: z.int(),
  deaths: z.int(),
  nextScanAt: z.number().nullable().meta({ description: "milliseconds since the Unix epoch" }),
});

function isUpperCase(text: string): boolean {
  return text.slice(2) === text.slice(2).toUpperCase();
}
