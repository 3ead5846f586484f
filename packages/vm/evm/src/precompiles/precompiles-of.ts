import { addressOfWord } from "../address.ts";
import { type Hardfork, includesFork } from "../hardfork.ts";
import type { Precompile, Precompiles } from "../precompile.ts";
import { blake2f } from "./blake2f.ts";
import {
  blsG1Add,
  blsG1Msm,
  blsG2Add,
  blsG2Msm,
  blsMapToG1,
  blsMapToG2,
  blsPairing,
} from "./bls12-381.ts";
import { bn254Add, bn254Multiply, bn254Pairing } from "./bn254.ts";
import { ripemd160Digest, sha256Digest } from "./digests.ts";
import { ecrecover } from "./ecrecover.ts";
import { identity } from "./identity.ts";
import { modexp } from "./modexp.ts";
import { p256Verify } from "./p256-verify.ts";
import { pointEvaluation } from "./point-evaluation.ts";

/** The contracts the machine provides under the rules of `hardfork`. */
export function precompilesOf(hardfork: Hardfork): Precompiles {
  return new Map(
    ALL.filter(([, { since }]) => includesFork(hardfork, since)).map(([address, precompile]) => [
      addressOfWord(address),
      precompile,
    ]),
  );
}

const ALL: readonly (readonly [address: bigint, Precompile])[] = [
  [0x01n, ecrecover],
  [0x02n, sha256Digest],
  [0x03n, ripemd160Digest],
  [0x04n, identity],
  [0x05n, modexp],
  [0x06n, bn254Add],
  [0x07n, bn254Multiply],
  [0x08n, bn254Pairing],
  [0x09n, blake2f],
  [0x0an, pointEvaluation],
  [0x0bn, blsG1Add],
  [0x0cn, blsG1Msm],
  [0x0dn, blsG2Add],
  [0x0en, blsG2Msm],
  [0x0fn, blsPairing],
  [0x10n, blsMapToG1],
  [0x11n, blsMapToG2],
  [0x100n, p256Verify],
];
