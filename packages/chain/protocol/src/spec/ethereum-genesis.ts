import type { Hardfork } from "@ghostchain/evm";
import { z } from "zod";
import { type ChainSpec, type ChainSpecInput, parseChainSpec } from "./chain-spec.ts";
import { amountSchema } from "./field-schemas.ts";
import { parseSpecSource } from "./parse-spec-source.ts";

const amount = amountSchema.optional();

/** The part of other clients' genesis files that says which rules hold when. Unknown keys are passed over. */
const configSchema = z.looseObject({
  chainId: amountSchema,
  homesteadBlock: amount,
  daoForkBlock: amount,
  daoForkSupport: z.boolean().optional(),
  eip150Block: amount,
  eip155Block: amount,
  eip158Block: amount,
  byzantiumBlock: amount,
  constantinopleBlock: amount,
  petersburgBlock: amount,
  istanbulBlock: amount,
  muirGlacierBlock: amount,
  berlinBlock: amount,
  londonBlock: amount,
  arrowGlacierBlock: amount,
  grayGlacierBlock: amount,
  terminalTotalDifficulty: amount,
  shanghaiTime: amount,
  cancunTime: amount,
  pragueTime: amount,
  osakaTime: amount,
  depositContractAddress: z.string().optional(),
  blobSchedule: z.record(z.string(), z.unknown()).default({}),
});

const genesisFileSchema = z.looseObject({ config: configSchema });

type Config = z.output<typeof configSchema>;

/** How far each hardfork that was made for nothing else puts off the difficulty bomb. */
const GLACIERS = [
  ["muirGlacierBlock", 9_000_000],
  ["arrowGlacierBlock", 10_700_000],
  ["grayGlacierBlock", 11_400_000],
] as const;

/** What a genesis file may say of its own block that follows from the rest. */
const DERIVED = ["config", "number", "gasUsed", "hash", "stateRoot"];

/**
 * The chain spec of an Ethereum genesis file as geth reads it, with blocks made when told to.
 *
 * @throws {ProtocolError} `SPEC_INVALID`, naming every key that is wrong
 */
export function parseEthereumGenesis(source: unknown, name = "ethereum"): ChainSpec {
  const { config, ...genesis } = parseSpecSource(genesisFileSchema, source);
  for (const key of DERIVED) delete genesis[key];
  for (const [key, value] of Object.entries(genesis)) if (value === null) delete genesis[key];
  return parseChainSpec({
    name,
    chainId: config.chainId,
    ledger: "accounts",
    production: { kind: "manual" },
    finality: { kind: "none" },
    hardforks: hardforksOf(config),
    bombDelays: GLACIERS.flatMap(([key, delayBlocks]) => {
      const block = config[key];
      return block === undefined ? [] : [{ block, delayBlocks }];
    }),
    daoForkBlock: config.daoForkSupport ? config.daoForkBlock : undefined,
    blobSchedule: blobScheduleOf(config),
    depositContract: config.depositContractAddress,
    genesis,
  });
}

function hardforksOf(config: Config): ChainSpecInput["hardforks"] {
  const atBlock: Partial<Record<Hardfork, bigint | undefined>> = {
    homestead: config.homesteadBlock,
    tangerineWhistle: config.eip150Block,
    spuriousDragon: config.eip158Block ?? config.eip155Block,
    byzantium: config.byzantiumBlock,
    constantinople: config.constantinopleBlock,
    petersburg: config.petersburgBlock ?? config.constantinopleBlock,
    istanbul: config.istanbulBlock,
    berlin: config.berlinBlock,
    london: config.londonBlock,
  };
  const atTime: Partial<Record<Hardfork, bigint | undefined>> = {
    shanghai: config.shanghaiTime,
    cancun: config.cancunTime,
    prague: config.pragueTime,
    osaka: config.osakaTime,
  };
  const { terminalTotalDifficulty: totalDifficulty } = config;
  return {
    ...activations(atBlock, (block) => ({ block })),
    ...(totalDifficulty !== undefined && { paris: { totalDifficulty } }),
    ...activations(atTime, (timestamp) => ({ timestamp })),
  };
}

function activations<A>(
  schedule: Partial<Record<Hardfork, bigint | undefined>>,
  activation: (at: bigint) => A,
): Partial<Record<string, A>> {
  return Object.fromEntries(
    Object.entries(schedule).flatMap(([hardfork, at]) =>
      at === undefined ? [] : [[hardfork, activation(at)]],
    ),
  );
}

/** Each entry begins with the hardfork of its name (EIP-7840, EIP-7892). */
function blobScheduleOf(config: Config): unknown[] {
  const entries = Object.entries(config.blobSchedule).flatMap(([name, blobs]) => {
    const timestamp = amountSchema.safeParse(config[`${name}Time`]);
    if (!timestamp.success || typeof blobs !== "object") return [];
    return [{ ...blobs, at: { timestamp: timestamp.data } }];
  });
  return entries.sort((a, b) => (a.at.timestamp < b.at.timestamp ? -1 : 1));
}
