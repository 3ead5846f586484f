import type { Hash } from "@ghostchain/evm";
import { describe, expect, it } from "vitest";
import type { Header } from "../block/block.ts";
import { headerHash } from "../block/header-codec.ts";
import { devChainSpec } from "../spec/dev-spec.ts";
import { genesisHeader } from "../spec/genesis-header.ts";
import { rulesAt } from "../spec/rules-at.ts";
import type { BlockRules } from "./block-rules.ts";
import { checkBody, checkHeader } from "./check-header.ts";
import { type Ancestor, checkOmmers } from "./check-ommers.ts";

const ZERO = `0x${"00".repeat(32)}` as Hash;
const DEV = devChainSpec();
const RULES = rulesAt(DEV, { number: 1n, timestamp: 0n });
const PARENT = genesisHeader(DEV, ZERO);
const CHILD: Header = {
  ...PARENT,
  parentHash: headerHash(PARENT),
  number: 1n,
  baseFeePerGasWei: 875_000_000n,
};
const WORK_RULES: BlockRules = {
  ...RULES,
  hardfork: "byzantium",
  timestamps: "increasing",
  bombDelayBlocks: 3_000_000n,
  blobs: undefined,
};

describe("checkHeader", () => {
  it("passes a good header, at its parent's second where the chain allows it", () => {
    expect(() => checkHeader(CHILD, PARENT, RULES)).not.toThrow();
  });

  it.each<[string, Partial<Header>]>([
    ["HEADER_FIELD_MISPLACED", { requestsHash: undefined }],
    ["HEADER_FIELD_MISPLACED", { baseFeePerGasWei: undefined }],
    ["HEADER_PARENT_MISMATCH", { parentHash: ZERO }],
    ["HEADER_NUMBER_WRONG", { number: 2n }],
    ["HEADER_TIMESTAMP_TOO_EARLY", { timestamp: PARENT.timestamp - 1n }],
    ["HEADER_EXTRA_DATA_TOO_LONG", { extraData: new Uint8Array(33) }],
    ["HEADER_GAS_LIMIT_OUT_OF_BOUNDS", { gasLimit: PARENT.gasLimit * 2n }],
    ["HEADER_GAS_USED_ABOVE_LIMIT", { gasUsed: PARENT.gasLimit + 1n }],
    ["HEADER_BASE_FEE_WRONG", { baseFeePerGasWei: 874_999_999n }],
    ["HEADER_DIFFICULTY_WRONG", { difficulty: 1n }],
    ["HEADER_NONCE_NOT_ZERO", { nonce: new Uint8Array(8).fill(1) }],
    ["HEADER_OMMERS_HASH_WRONG", { ommersHash: ZERO }],
    ["HEADER_BLOB_GAS_USED_WRONG", { blobGasUsed: 10n * 131_072n }],
    ["HEADER_BLOB_GAS_USED_WRONG", { blobGasUsed: 1n }],
    ["HEADER_EXCESS_BLOB_GAS_WRONG", { excessBlobGas: 131_072n }],
  ])("answers %s (%#)", (code, change) => {
    expect(() => checkHeader({ ...CHILD, ...change }, PARENT, RULES)).toThrowError(
      expect.objectContaining({ code }),
    );
  });

  it("wants a later second where the chain says so", () => {
    const strict = { ...RULES, timestamps: "increasing" as const };
    expect(() => checkHeader(CHILD, PARENT, strict)).toThrowError(
      expect.objectContaining({ code: "HEADER_TIMESTAMP_TOO_EARLY" }),
    );
    const later = { ...CHILD, timestamp: PARENT.timestamp + 1n };
    expect(() => checkHeader(later, PARENT, strict)).not.toThrow();
  });

  it("wants the DAO's mark on the blocks of its hardfork", () => {
    const marked = { ...RULES, dao: "marks" as const };
    expect(() => checkHeader(CHILD, PARENT, marked)).toThrowError(
      expect.objectContaining({ code: "HEADER_EXTRA_DATA_NOT_DAO" }),
    );
    const extraData = new TextEncoder().encode("dao-hard-fork");
    expect(() => checkHeader({ ...CHILD, extraData }, PARENT, marked)).not.toThrow();
  });
});

describe("checkBody", () => {
  const block = { header: CHILD, transactions: [], ommers: [], withdrawals: [] };

  it("passes a good body", () => {
    expect(() => checkBody(block, RULES, 1000)).not.toThrow();
  });

  it.each([
    ["HEADER_OMMERS_HASH_WRONG", { ...block, ommers: [PARENT] }, 1000],
    ["HEADER_FIELD_MISPLACED", { ...block, withdrawals: undefined }, 1000],
    ["BLOCK_SIZE_ABOVE_CAP", block, 8_388_609],
  ])("answers %s", (code, body, sizeBytes) => {
    expect(() => checkBody(body, RULES, sizeBytes)).toThrowError(expect.objectContaining({ code }));
  });
});

describe("checkOmmers", () => {
  const chain = chainOf(9);
  const ancestors = chain.toReversed();
  const uncleOf = (number: number) => child(chain[number - 1] as Ancestor, 1n);
  const check = (ommers: readonly Header[], known: readonly Ancestor[] = ancestors) =>
    checkOmmers(ommers, known, () => WORK_RULES);

  it("passes siblings of the last six ancestors", () => {
    for (const number of [9, 8, 7, 6, 5, 4]) expect(() => check([uncleOf(number)])).not.toThrow();
  });

  it.each<[string, readonly Header[], readonly Ancestor[]]>([
    ["OMMERS_TOO_MANY", [uncleOf(9), uncleOf(8), uncleOf(7)], ancestors],
    ["OMMER_DUPLICATE", [uncleOf(9), uncleOf(9)], ancestors],
    ["OMMER_DUPLICATE", [uncleOf(8)], including(ancestors, uncleOf(8))],
    ["OMMER_IS_ANCESTOR", [(chain[8] as Ancestor).block.header], ancestors],
    ["OMMER_NOT_KIN", [uncleOf(3)], ancestors],
    ["OMMER_NOT_KIN", [child(chain[9] as Ancestor, 1n)], ancestors],
    ["HEADER_DIFFICULTY_WRONG", [{ ...uncleOf(9), difficulty: 5n }], ancestors],
  ])("answers %s (%#)", (code, ommers, known) => {
    expect(() => check(ommers, known)).toThrowError(expect.objectContaining({ code }));
  });
});

/** Blocks 0 to `length`, before the merge. */
function chainOf(length: number): Ancestor[] {
  const { baseFeePerGasWei, withdrawalsRoot, blobGasUsed, excessBlobGas, ...rest } = PARENT;
  const { parentBeaconBlockRoot, requestsHash, ...early } = rest;
  const genesis: Header = { ...early, difficulty: 131_072n };
  const chain: Ancestor[] = [{ hash: headerHash(genesis), block: { header: genesis, ommers: [] } }];
  for (let number = 1; number <= length; number++) {
    const header = child(chain[number - 1] as Ancestor, 0n);
    chain.push({ hash: headerHash(header), block: { header, ommers: [] } });
  }
  return chain;
}

function child({ hash, block: { header } }: Ancestor, variant: bigint): Header {
  return {
    ...header,
    parentHash: hash,
    number: header.number + 1n,
    timestamp: header.timestamp + 10n + variant,
    difficulty: 131_072n,
  };
}

function including(ancestors: readonly Ancestor[], ommer: Header): Ancestor[] {
  return ancestors.map(({ hash, block }, index) =>
    index === 0 ? { hash, block: { ...block, ommers: [ommer] } } : { hash, block },
  );
}
