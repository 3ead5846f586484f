import { addressOfWord } from "../address.ts";
import type { Precompile, Precompiles } from "../precompile.ts";
import {
  blsG1Add,
  blsG1Msm,
  blsG2Add,
  blsG2Msm,
  blsMapToG1,
  blsMapToG2,
  blsPairing,
} from "./bls12-381.ts";
import { precompilesOf } from "./precompiles-of.ts";

/**
 * Those of Prague as a draft of EIP-2537 had them, with multiplications of a single point, other addresses
 * and other prices. No chain runs them; the published state tests `stEIP2537` do, filled before the draft
 * became final, and they are worth passing for all that has not changed since.
 *
 * @see EIP-2537 as of 2023
 */
export function draftPraguePrecompiles(): Precompiles {
  const draft = DRAFT.map((precompile, index) => {
    return [addressOfWord(FIRST_ADDRESS + BigInt(index)), precompile] as const;
  });
  return new Map([...precompilesOf("cancun"), ...draft]);
}

const FIRST_ADDRESS = 0x0bn;

const G1_ITEM_BYTES = 160;
const G2_ITEM_BYTES = 288;
const PAIR_BYTES = 384;

const DRAFT: readonly Precompile[] = [
  { ...blsG1Add, gas: () => 500n },
  singleOf(blsG1Msm, G1_ITEM_BYTES, 12_000n),
  { ...blsG1Msm, gas: (input) => msmGas(itemCount(input, G1_ITEM_BYTES), 12_000n) },
  { ...blsG2Add, gas: () => 800n },
  singleOf(blsG2Msm, G2_ITEM_BYTES, 45_000n),
  { ...blsG2Msm, gas: (input) => msmGas(itemCount(input, G2_ITEM_BYTES), 45_000n) },
  { ...blsPairing, gas: (input) => 65_000n + 43_000n * BigInt(itemCount(input, PAIR_BYTES)) },
  blsMapToG1,
  { ...blsMapToG2, gas: () => 75_000n },
];

function singleOf(msm: Precompile, itemBytes: number, gas: bigint): Precompile {
  return {
    ...msm,
    gas: () => gas,
    run: (input, hardfork) => (input.length === itemBytes ? msm.run(input, hardfork) : undefined),
  };
}

function itemCount(input: Uint8Array, itemBytes: number): number {
  return Math.floor(input.length / itemBytes);
}

function msmGas(count: number, gasPerPoint: bigint): bigint {
  const discount = DISCOUNTS[Math.min(count, DISCOUNTS.length) - 1] ?? 0;
  return (BigInt(count) * gasPerPoint * BigInt(discount)) / 1000n;
}

/** In thousandths, for 1 to 128 points, in either group. */
const DISCOUNTS = [
  1200, 888, 764, 641, 594, 547, 500, 453, 438, 423, 408, 394, 379, 364, 349, 334, 330, 326, 322,
  318, 314, 310, 306, 302, 298, 294, 289, 285, 281, 277, 273, 269, 268, 266, 265, 263, 262, 260,
  259, 257, 256, 254, 253, 251, 250, 248, 247, 245, 244, 242, 241, 239, 238, 236, 235, 233, 232,
  231, 229, 228, 226, 225, 223, 222, 221, 220, 219, 219, 218, 217, 216, 216, 215, 214, 213, 213,
  212, 211, 211, 210, 209, 208, 208, 207, 206, 205, 205, 204, 203, 202, 202, 201, 200, 199, 199,
  198, 197, 196, 196, 195, 194, 193, 193, 192, 191, 191, 190, 189, 188, 188, 187, 186, 185, 185,
  184, 183, 182, 182, 181, 180, 179, 179, 178, 177, 176, 176, 175, 174,
];
