import { HARDFORKS, type Hardfork } from "@ghostchain/evm";
import type { BlobRules } from "@ghostchain/protocol";

/** One test of a file: one state and block, and for each hardfork the outcomes of some transactions. */
export interface StateTest {
  readonly env: {
    readonly currentCoinbase: string;
    readonly currentDifficulty?: string;
    readonly currentRandom?: string;
    readonly currentGasLimit: string;
    readonly currentNumber: string;
    readonly currentTimestamp: string;
    readonly currentBaseFee?: string;
    readonly currentExcessBlobGas?: string;
  };
  readonly pre: Readonly<Record<string, PreAccount>>;
  readonly post: Readonly<Record<string, readonly Expectation[]>>;
  readonly config?: {
    readonly chainid?: string;
    readonly blobSchedule?: Readonly<Record<string, BlobSchedule>>;
  };
}

export interface PreAccount {
  readonly balance: string;
  readonly code: string;
  readonly nonce: string;
  readonly storage: Readonly<Record<string, string>>;
}

export interface Expectation {
  /** Root of the state after the transaction. */
  readonly hash: string;
  /** keccak256 of the RLP of the logs. */
  readonly logs: string;
  readonly txbytes: string;
  readonly indexes: { readonly data: number; readonly gas: number; readonly value: number };
  readonly expectException?: string;
}

interface BlobSchedule {
  readonly target: string;
  readonly max: string;
  readonly baseFeeUpdateFraction: string;
}

const OTHER_NAMES: Readonly<Record<string, Hardfork>> = {
  EIP150: "tangerineWhistle",
  EIP158: "spuriousDragon",
  ConstantinopleFix: "petersburg",
  Merge: "paris",
};

export function hardforkNamed(name: string): Hardfork {
  const hardfork = OTHER_NAMES[name] ?? HARDFORKS.find((fork) => fork === name.toLowerCase());
  if (hardfork === undefined) throw new Error(`no hardfork is called ${name}`);
  return hardfork;
}

/** @see EIP-4844, EIP-7691 */
export function blobRulesOf(test: Pick<StateTest, "config">, forkName: string): BlobRules {
  const given = test.config?.blobSchedule?.[forkName];
  if (given !== undefined) {
    return {
      target: Number(given.target),
      max: Number(given.max),
      baseFeeUpdateFraction: BigInt(given.baseFeeUpdateFraction),
    };
  }
  return forkName === "Cancun"
    ? { target: 3, max: 6, baseFeeUpdateFraction: 3_338_477n }
    : { target: 6, max: 9, baseFeeUpdateFraction: 5_007_716n };
}
