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
  .transform((text): Address => getAddress(text.toLowerCase()));

export const weiAnswer = z
  .string()
  .regex(/^-?\d+$/)
  .meta({ description: "wei of DATA" });

export const positionAnswer = z.object({
  id: z.string(),
  address: z.string(),
  level: z.string(),
  amount: weiAnswer,
  entryAt: z.iso.datetime(),
  exitAt: z.iso.datetime().nullable(),
  exitType: z.string().nullable(),
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
