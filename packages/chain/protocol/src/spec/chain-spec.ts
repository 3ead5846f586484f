import { HARDFORKS, type Hardfork } from "@ghostchain/evm";
import { z } from "zod";
import { addressSchema, amountSchema, bytesSchema, countSchema } from "./field-schemas.ts";
import { genesisSchema } from "./genesis-spec.ts";
import { parseSpecSource } from "./parse-spec-source.ts";

/** What makes a chain this chain and no other. Nodes with the same chain spec agree on every block. */
export type ChainSpec = Readonly<z.output<typeof chainSpecSchema>>;

/** When a rule begins: at a block, a time (seconds since the Unix epoch), or a total difficulty before it. */
export type Activation = z.output<typeof activationSchema>;

/** As it is written in JSON. Amounts are numbers, or text in decimal or hexadecimal. */
export type ChainSpecInput = z.input<typeof chainSpecSchema>;

/** Where mainnet's validators deposit; chains without validators of that kind leave it. */
const MAINNET_DEPOSIT_CONTRACT = "0x00000000219ab540356cbb839cbe05303d7705fa";

const activationSchema = z.union(
  [
    z.strictObject({ block: amountSchema }),
    z.strictObject({ timestamp: amountSchema }),
    z.strictObject({ totalDifficulty: amountSchema }),
  ],
  { error: 'expected {"block": …}, {"timestamp": …} or {"totalDifficulty": …}' },
);

const producedBy = {
  /** Who is credited with the blocks' fees. */
  coinbase: addressSchema.default(addressSchema.parse(`0x${"0".repeat(40)}`)),
  extraData: bytesSchema(32).default(new Uint8Array()),
};

const productionSchema = z.discriminatedUnion("kind", [
  /** A block as soon as there is a transaction for it. */
  z.strictObject({ kind: z.literal("instant"), ...producedBy }),
  /** A block at every multiple of the block time. */
  z.strictObject({
    kind: z.literal("interval"),
    blockTimeMs: z.int().min(1).max(3_600_000),
    ...producedBy,
  }),
  /** A block when told to. */
  z.strictObject({ kind: z.literal("manual"), ...producedBy }),
]);

const blobScheduleSchema = z.array(
  z.strictObject({
    at: activationSchema,
    target: countSchema,
    max: countSchema,
    baseFeeUpdateFraction: amountSchema.refine((value) => value > 0n, "must be above zero"),
  }),
);

const chainSpecSchema = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9-]{1,64}$/, "expected lower-case letters, digits and dashes"),
    chainId: amountSchema.refine((value) => value > 0n, "must be above zero"),
    ledger: z.literal("accounts"),
    production: productionSchema,
    finality: z.strictObject({ kind: z.enum(["instant", "none"]) }),
    timestamps: z.enum(["increasing", "nondecreasing"]).default("increasing"),
    /** The newest that has begun counts; those before it need not be listed. */
    hardforks: z.partialRecord(z.enum(HARDFORKS), activationSchema),
    /** Later delays of the difficulty bomb than the hardforks themselves bring, oldest first. */
    bombDelays: z
      .array(z.strictObject({ block: amountSchema, delayBlocks: amountSchema }))
      .default([]),
    daoForkBlock: amountSchema.optional(),
    /** Other blob counts than the hardforks themselves bring (EIP-7892), oldest first. */
    blobSchedule: blobScheduleSchema.default([]),
    depositContract: addressSchema.default(addressSchema.parse(MAINNET_DEPOSIT_CONTRACT)),
    /** Gas limit that producers move towards; the genesis block's unless given. */
    targetGasLimit: amountSchema.optional(),
    genesis: genesisSchema,
  })
  .superRefine((spec, context) => {
    for (const [path, message] of contradictions(spec)) {
      context.addIssue({ code: "custom", path: [...path], message });
    }
  });

/**
 * Reads a chain spec, as parsed from JSON.
 *
 * @throws {ProtocolError} `SPEC_INVALID`, naming every key that is wrong
 */
export function parseChainSpec(source: unknown): ChainSpec {
  return Object.freeze(parseSpecSource(chainSpecSchema, source));
}

type Contradiction = readonly [path: readonly string[], message: string];

/** What each key may say alone but not beside another. */
function* contradictions(spec: {
  readonly production: z.output<typeof productionSchema>;
  readonly timestamps: string;
  readonly hardforks: Partial<Record<Hardfork, Activation>>;
}): Generator<Contradiction> {
  const { production, timestamps, hardforks } = spec;
  const isSubSecond = production.kind === "interval" && production.blockTimeMs < 1000;
  if (isSubSecond && timestamps === "increasing") {
    yield [["timestamps"], 'blocks less than a second apart need "nondecreasing"'];
  }
  for (const [hardfork, activation] of Object.entries(hardforks)) {
    if ("totalDifficulty" in activation && hardfork !== "paris") {
      yield [["hardforks", hardfork], "only paris may begin at a total difficulty"];
    }
  }
  yield* disorderOf(hardforks, "block");
  yield* disorderOf(hardforks, "timestamp");
}

/** Hardforks that would begin before an older one. */
function* disorderOf(
  hardforks: Partial<Record<Hardfork, Activation>>,
  unit: "block" | "timestamp",
): Generator<Contradiction> {
  let latest = 0n;
  for (const hardfork of HARDFORKS) {
    const activation = hardforks[hardfork];
    const at =
      activation === undefined
        ? undefined
        : Object.entries(activation).find(([key]) => key === unit)?.[1];
    if (at === undefined) continue;
    if (at < latest) yield [["hardforks", hardfork], `begins before an older hardfork (${latest})`];
    latest = at;
  }
}
