import { bytesToHex } from "@ghostchain/encoding";
import { type Hardfork, includesFork } from "@ghostchain/evm";
import type { Block, Header } from "../block/block.ts";
import { EMPTY_OMMERS_HASH, hashOmmers } from "../block/block-codec.ts";
import { headerHash } from "../block/header-codec.ts";
import { type BlockFault, ProtocolError } from "../protocol-error.ts";
import { nextBaseFeeWei } from "./base-fee.ts";
import { GAS_PER_BLOB, nextExcessBlobGas } from "./blob-fee.ts";
import type { BlockRules } from "./block-rules.ts";
import { nextDifficulty } from "./difficulty.ts";
import { isGasLimitAllowed } from "./gas-limit.ts";

const MAX_EXTRA_DATA_BYTES = 32;
/** "dao-hard-fork" */
const DAO_EXTRA_DATA = "0x64616f2d686172642d666f726b";
const ZERO_NONCE = "0x0000000000000000";
/** EIP-7934 */
const MAX_BLOCK_BYTES = 8_388_608;

/** Which hardfork brought each optional field. */
const FIELD_SINCE: readonly (readonly [keyof Header, Hardfork])[] = [
  ["baseFeePerGasWei", "london"],
  ["withdrawalsRoot", "shanghai"],
  ["blobGasUsed", "cancun"],
  ["excessBlobGas", "cancun"],
  ["parentBeaconBlockRoot", "cancun"],
  ["requestsHash", "prague"],
];

/**
 * Every rule that a header can break beside its parent. Proof of work is not asked for; what the header commits to is
 * checked where the block is executed.
 *
 * @throws {ProtocolError} one of `BlockFault`
 * @see Yellow paper, 4.3.4
 */
export function checkHeader(header: Header, parent: Header, rules: BlockRules): void {
  const fault =
    fieldFault(header, rules) ??
    successionFault(header, parent, rules) ??
    extraDataFault(header, rules) ??
    gasFault(header, parent, rules) ??
    difficultyFault(header, parent, rules) ??
    blobFault(header, parent, rules);
  if (fault !== undefined) throw new ProtocolError(fault);
}

/**
 * The rules that a block's body can break without being executed.
 *
 * @param sizeBytes of the block's encoding
 * @throws {ProtocolError} one of `BlockFault`
 */
export function checkBody(block: Block, rules: BlockRules, sizeBytes: number): void {
  const { header, ommers, withdrawals } = block;
  const expected = hashOmmers(ommers);
  if (header.ommersHash !== expected) {
    const { ommersHash } = header;
    throw new ProtocolError({ code: "HEADER_OMMERS_HASH_WRONG", ommersHash, expected });
  }
  const hasWithdrawals = includesFork(rules.hardfork, "shanghai");
  if ((withdrawals !== undefined) !== hasWithdrawals) {
    throw new ProtocolError(misplaced("withdrawals", rules.hardfork, hasWithdrawals));
  }
  if (sizeBytes > MAX_BLOCK_BYTES && includesFork(rules.hardfork, "osaka")) {
    throw new ProtocolError({ code: "BLOCK_SIZE_ABOVE_CAP", sizeBytes, capBytes: MAX_BLOCK_BYTES });
  }
}

function fieldFault(header: Header, { hardfork }: BlockRules): BlockFault | undefined {
  for (const [field, since] of FIELD_SINCE) {
    const expected = includesFork(hardfork, since);
    if ((header[field] !== undefined) !== expected) return misplaced(field, hardfork, expected);
  }
  return undefined;
}

function misplaced(field: string, hardfork: Hardfork, expected: boolean): BlockFault {
  return { code: "HEADER_FIELD_MISPLACED", field, hardfork, expected };
}

function successionFault(
  header: Header,
  parent: Header,
  rules: BlockRules,
): BlockFault | undefined {
  const { parentHash, number, timestamp } = header;
  const expectedParent = headerHash(parent);
  if (parentHash !== expectedParent) {
    return { code: "HEADER_PARENT_MISMATCH", parentHash, expected: expectedParent };
  }
  const expected = parent.number + 1n;
  if (number !== expected) return { code: "HEADER_NUMBER_WRONG", number, expected };
  const isLater =
    rules.timestamps === "increasing"
      ? timestamp > parent.timestamp
      : timestamp >= parent.timestamp;
  if (isLater) return undefined;
  return { code: "HEADER_TIMESTAMP_TOO_EARLY", timestamp, parentTimestamp: parent.timestamp };
}

function extraDataFault({ extraData }: Header, rules: BlockRules): BlockFault | undefined {
  if (extraData.length > MAX_EXTRA_DATA_BYTES) {
    const limitBytes = MAX_EXTRA_DATA_BYTES;
    return { code: "HEADER_EXTRA_DATA_TOO_LONG", sizeBytes: extraData.length, limitBytes };
  }
  const text = bytesToHex(extraData);
  if (rules.dao === undefined || text === DAO_EXTRA_DATA) return undefined;
  return { code: "HEADER_EXTRA_DATA_NOT_DAO", extraData: text };
}

function gasFault(header: Header, parent: Header, rules: BlockRules): BlockFault | undefined {
  const { gasLimit, gasUsed, baseFeePerGasWei } = header;
  if (!isGasLimitAllowed(gasLimit, parent, includesFork(rules.hardfork, "london"))) {
    return {
      code: "HEADER_GAS_LIMIT_OUT_OF_BOUNDS",
      gasLimit,
      parentGasLimit: parent.gasLimit,
    };
  }
  if (gasUsed > gasLimit) return { code: "HEADER_GAS_USED_ABOVE_LIMIT", gasUsed, gasLimit };
  if (baseFeePerGasWei === undefined) return undefined;
  const expected = nextBaseFeeWei(parent);
  if (baseFeePerGasWei === expected) return undefined;
  return { code: "HEADER_BASE_FEE_WRONG", baseFeeWei: baseFeePerGasWei, expected };
}

/** Since Paris the fields of proof of work are empty (EIP-3675). */
function difficultyFault(
  header: Header,
  parent: Header,
  rules: BlockRules,
): BlockFault | undefined {
  const { difficulty, number, timestamp, nonce, ommersHash } = header;
  const comparable = { ...parent, hasOmmers: parent.ommersHash !== EMPTY_OMMERS_HASH };
  const expected = nextDifficulty(comparable, number, timestamp, rules);
  if (difficulty !== expected) return { code: "HEADER_DIFFICULTY_WRONG", difficulty, expected };
  if (!includesFork(rules.hardfork, "paris")) return undefined;
  const nonceText = bytesToHex(nonce);
  if (nonceText !== ZERO_NONCE) return { code: "HEADER_NONCE_NOT_ZERO", nonce: nonceText };
  if (ommersHash === EMPTY_OMMERS_HASH) return undefined;
  return { code: "HEADER_OMMERS_HASH_WRONG", ommersHash, expected: EMPTY_OMMERS_HASH };
}

function blobFault(header: Header, parent: Header, rules: BlockRules): BlockFault | undefined {
  const { blobGasUsed, excessBlobGas } = header;
  const { hardfork, blobs } = rules;
  if (blobs === undefined || blobGasUsed === undefined || excessBlobGas === undefined) {
    return undefined;
  }
  if (blobGasUsed > BigInt(blobs.max) * GAS_PER_BLOB) {
    const reason = `more than ${blobs.max} blobs`;
    return { code: "HEADER_BLOB_GAS_USED_WRONG", blobGasUsed, reason };
  }
  if (blobGasUsed % GAS_PER_BLOB !== 0n) {
    const reason = "not a multiple of a blob's gas";
    return { code: "HEADER_BLOB_GAS_USED_WRONG", blobGasUsed, reason };
  }
  const expected = nextExcessBlobGas(parent, { hardfork, blobs });
  if (excessBlobGas === expected) return undefined;
  return { code: "HEADER_EXCESS_BLOB_GAS_WRONG", excessBlobGas, expected };
}
