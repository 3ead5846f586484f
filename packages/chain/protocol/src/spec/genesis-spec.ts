import { bigIntToFixedBytes } from "@ghostchain/encoding";
import type { Address } from "@ghostchain/evm";
import { z } from "zod";
import { addressSchema, amountSchema, bytesSchema, hashSchema } from "./field-schemas.ts";

/** The first block and the state after it. The keys are those of other clients' genesis files. */
export type GenesisSpec = z.output<typeof genesisSchema>;

/** An account that is there from the beginning. */
export type GenesisAccount = z.output<typeof accountSchema>;

const ZERO_HASH = `0x${"0".repeat(64)}`;

const accountSchema = z
  .strictObject({
    balance: amountSchema.default(0n),
    nonce: amountSchema.default(0n),
    code: bytesSchema(2 ** 20).default(new Uint8Array()),
    /** Slot to value; zero is the same as leaving the slot out. */
    storage: z.record(z.string(), amountSchema).default({}),
  })
  .transform(({ balance, nonce, code, storage }, context) => {
    const slots = new Map<bigint, bigint>();
    for (const [key, value] of Object.entries(storage)) {
      const slot = amountSchema.safeParse(key);
      if (slot.success) slots.set(slot.data, value);
      else context.addIssue({ code: "custom", path: ["storage", key], message: "not a slot" });
    }
    return { balanceWei: balance, nonce, code, storage: slots };
  });

/** Addresses may stand without `0x`, as some genesis files have them. */
const allocSchema = z.record(z.string(), accountSchema).transform((alloc, context) => {
  const accounts = new Map<Address, GenesisAccount>();
  for (const [key, account] of Object.entries(alloc)) {
    const address = addressSchema.safeParse(key.startsWith("0x") ? key : `0x${key}`);
    if (address.success) accounts.set(address.data, account);
    else context.addIssue({ code: "custom", path: [key], message: "not an address" });
  }
  return accounts as ReadonlyMap<Address, GenesisAccount>;
});

/** 8 bytes, given as a number. */
const nonceSchema = amountSchema
  .refine((value) => value < 2n ** 64n, "more than 64 bits")
  .transform((value) => bigIntToFixedBytes(value, 8));

export const genesisSchema = z.strictObject({
  nonce: nonceSchema.default(new Uint8Array(8)),
  timestamp: amountSchema.default(0n),
  extraData: bytesSchema(1024).default(new Uint8Array()),
  gasLimit: amountSchema,
  difficulty: amountSchema.default(0n),
  parentHash: hashSchema.default(hashSchema.parse(ZERO_HASH)),
  mixHash: hashSchema.default(hashSchema.parse(ZERO_HASH)),
  coinbase: addressSchema.default(addressSchema.parse(`0x${"0".repeat(40)}`)),
  /** Since London; the protocol's initial base fee unless given. */
  baseFeePerGas: amountSchema.optional(),
  /** Since Cancun; zero unless given. */
  blobGasUsed: amountSchema.default(0n),
  excessBlobGas: amountSchema.default(0n),
  parentBeaconBlockRoot: hashSchema.default(hashSchema.parse(ZERO_HASH)),
  alloc: allocSchema.default(new Map()),
});
