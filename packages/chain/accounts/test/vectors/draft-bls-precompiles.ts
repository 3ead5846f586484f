import { type Address, addressOfWord, type Precompile, precompilesOf } from "@ghostchain/evm";

/**
 * EIP-2537 as it was drafted when EIPTests/StateTests were made: multiplication of a single point had a
 * contract of its own, which moved the addresses of those that follow, and gas was dearer.
 */
export function draftBlsPrecompiles(): ReadonlyMap<Address, Precompile> {
  const precompiles = new Map(precompilesOf("cancun"));
  const final = precompilesOf("prague");
  for (const { draft, now, gas, sizeBytes } of CONTRACTS) {
    const precompile = final.get(addressOfWord(now));
    if (precompile === undefined) throw new Error(`no precompile at ${now}`);
    const run: Precompile["run"] = (input, hardfork) =>
      sizeBytes === undefined || input.length === sizeBytes
        ? precompile.run(input, hardfork)
        : undefined;
    precompiles.set(addressOfWord(draft), { ...precompile, gas, run });
  }
  return precompiles;
}

interface DraftContract {
  readonly draft: bigint;
  readonly now: bigint;
  readonly gas: Precompile["gas"];
  /** Where the draft takes one item and the final contract takes any number. */
  readonly sizeBytes?: number;
}

const CONTRACTS: readonly DraftContract[] = [
  { draft: 0x0bn, now: 0x0bn, gas: () => 500n },
  { draft: 0x0cn, now: 0x0cn, gas: () => 12_000n, sizeBytes: 160 },
  { draft: 0x0dn, now: 0x0cn, gas: (input) => multiplicationGas(input.length / 160, 12_000n) },
  { draft: 0x0en, now: 0x0dn, gas: () => 800n },
  { draft: 0x0fn, now: 0x0en, gas: () => 45_000n, sizeBytes: 288 },
  { draft: 0x10n, now: 0x0en, gas: (input) => multiplicationGas(input.length / 288, 45_000n) },
  { draft: 0x11n, now: 0x0fn, gas: (input) => pairingGas(input.length / 384) },
  { draft: 0x12n, now: 0x10n, gas: () => 5500n },
  { draft: 0x13n, now: 0x11n, gas: () => 75_000n },
];

function pairingGas(pairs: number): bigint {
  return 65_000n + 43_000n * BigInt(Math.floor(pairs));
}

function multiplicationGas(items: number, gasPerItem: bigint): bigint {
  const count = Math.floor(items);
  if (count === 0) return 0n;
  const discount = DISCOUNTS[Math.min(count, DISCOUNTS.length) - 1] ?? 0;
  return (BigInt(count) * gasPerItem * BigInt(discount)) / 1000n;
}

/** In thousandths, for 1 to 128 items. */
const DISCOUNTS = [
  1200, 888, 764, 641, 594, 547, 500, 453, 438, 423, 408, 394, 379, 364, 349, 334, 330, 326, 322,
  318, 314, 310, 306, 302, 298, 294, 289, 285, 281, 277, 273, 269, 268, 266, 265, 263, 262, 260,
  259, 257, 256, 254, 253, 251, 250, 248, 247, 245, 244, 242, 241, 239, 238, 236, 235, 233, 232,
  231, 229, 228, 226, 225, 223, 222, 221, 220, 219, 219, 218, 217, 216, 216, 215, 214, 213, 213,
  212, 211, 211, 210, 209, 208, 208, 207, 206, 205, 205, 204, 203, 202, 202, 201, 200, 199, 199,
  198, 197, 196, 196, 195, 194, 193, 193, 192, 191, 191, 190, 189, 188, 188, 187, 186, 185, 185,
  184, 183, 182, 182, 181, 180, 179, 179, 178, 177, 176, 176, 175, 174,
];
