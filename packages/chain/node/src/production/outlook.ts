import { type Hardfork, includesFork } from "@ghostchain/evm";
import {
  blobBaseFeeWei,
  type ChainSpec,
  type Header,
  nextBaseFeeWei,
  nextExcessBlobGas,
  nextGasLimit,
  rulesAt,
  type StoredBlock,
} from "@ghostchain/protocol";

/** What a transaction has to reckon with in the block after the head. */
export interface Outlook {
  readonly hardfork: Hardfork;
  readonly gasLimit: bigint;
  /** Wei per gas; zero before London. */
  readonly baseFeeWei: bigint;
  /** Wei per blob gas; zero before Cancun. */
  readonly blobBaseFeeWei: bigint;
  readonly maxBlobCount: number;
}

export function outlookAfter(spec: ChainSpec, head: StoredBlock, timestamp: bigint): Outlook {
  const { header } = head.block;
  const { number } = header;
  const parentTotalDifficulty = head.totalDifficulty;
  const rules = rulesAt(spec, { number: number + 1n, timestamp, parentTotalDifficulty });
  const { hardfork, blobs } = rules;
  const hasBaseFee = includesFork(hardfork, "london");
  return {
    hardfork,
    gasLimit: nextGasLimit(header, targetGasLimitOf(spec), hasBaseFee),
    baseFeeWei: hasBaseFee ? nextBaseFeeWei(header) : 0n,
    blobBaseFeeWei:
      blobs === undefined
        ? 0n
        : blobBaseFeeWei(nextExcessBlobGas(header, { hardfork, blobs }), blobs),
    maxBlobCount: blobs?.max ?? 0,
  };
}

export function targetGasLimitOf(spec: ChainSpec): bigint {
  return spec.targetGasLimit ?? spec.genesis.gasLimit;
}

/** The second it is, or the head's if the clock is behind it. */
export function nextSecond(head: Header, nowMs: number): bigint {
  const now = BigInt(Math.floor(nowMs / 1000));
  return now > head.timestamp ? now : head.timestamp;
}
