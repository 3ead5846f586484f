import { generatePrivateKey } from "@ghostchain/crypto";
import { hexToBytes } from "@ghostchain/encoding";
import { type Address, addressOfWord, createReferenceEvm, type Hash } from "@ghostchain/evm";
import {
  BEACON_ROOTS,
  BLOCK_HASHES,
  type Block,
  checkBody,
  checkHeader,
  decodeBlock,
  devAccounts,
  devChainSpec,
  type ExecutedReceipt,
  rulesAt,
  type SenderTransaction,
  signTransaction,
} from "@ghostchain/protocol";
import { openMemory } from "@ghostchain/storage";
import { describe, expect, it } from "vitest";
import { openAccountState } from "../state/account-state.ts";
import { applyBlock } from "./apply-block.ts";
import { type BlockAttributes, createBlockBuilder } from "./block-builder.ts";
import { createGenesis } from "./genesis.ts";

const SPEC = devChainSpec();
const [ALICE, BOB] = devAccounts();
const CAROL = addressOfWord(0xca501n);
const BEACON_ROOT = `0x${"be".repeat(32)}` as Hash;
const ATTRIBUTES: BlockAttributes = {
  timestamp: SPEC.genesis.timestamp + 5n,
  coinbase: addressOfWord(0xc0fen),
  prevRandao: `0x${"5a".repeat(32)}` as Hash,
  extraData: new Uint8Array(),
  targetGasLimit: SPEC.genesis.gasLimit,
  parentBeaconBlockRoot: BEACON_ROOT,
  withdrawals: [{ index: 0n, validatorIndex: 1n, address: CAROL, amountGwei: 7n }],
};
/** Logs one topic with what it was sent, and returns. */
const LOGGER = hexToBytes("0x345f5260075f60205fa100");

describe("createBlockBuilder", () => {
  it("seals a block that others accept, with the same receipts and state", async () => {
    const { site, genesis } = await devSite();
    const builder = createBlockBuilder(site, genesis.header, ATTRIBUTES);
    const receipts = [
      included(builder.add(transfer(0n))),
      included(builder.add(create(1n))),
      included(builder.add(transfer(2n))),
    ];
    const sealed = builder.seal();
    const { header } = sealed.block;
    expect(sealed.receipts).toEqual(receipts);
    expect(header.gasUsed).toBe(receipts.reduce((sum, { gasUsed }) => sum + gasUsed, 0n));
    const block = decodeBlock(sealed.encoded);
    checkHeader(header, genesis.header, site.rules);
    checkBody(block, site.rules, sealed.encoded.length);
    const applied = applyBlock(site, block, sealed.senders);
    expect(applied.receipts).toEqual(receipts);
    expect(applied.staged.writes).toEqual(sealed.staged.writes);
  });

  it("notes the hashes of the blocks before, and pays withdrawals", async () => {
    const { site, genesis } = await devSite();
    const { staged, block } = createBlockBuilder(site, genesis.header, ATTRIBUTES).seal();
    const { reader } = staged;
    const { timestamp } = ATTRIBUTES;
    expect(reader.storage(BLOCK_HASHES.address, 0n)).toBe(BigInt(block.header.parentHash));
    expect(reader.storage(BEACON_ROOTS.address, timestamp % 8191n)).toBe(timestamp);
    expect(reader.storage(BEACON_ROOTS.address, (timestamp % 8191n) + 8191n)).toBe(
      BigInt(BEACON_ROOT),
    );
    expect(reader.account(CAROL)?.balanceWei).toBe(7n * 10n ** 9n);
  });

  it("refuses what cannot come next, and is as it was before", async () => {
    const { site, genesis } = await devSite();
    const builder = createBlockBuilder(site, genesis.header, ATTRIBUTES);
    const before = builder.availableGas;
    const refusal = builder.add(transfer(5n));
    expect(refusal).toMatchObject({
      status: "refused",
      reason: { code: "TRANSACTION_NONCE_TOO_HIGH" },
    });
    expect(builder.availableGas).toBe(before);
    const without = createBlockBuilder(site, genesis.header, ATTRIBUTES).seal();
    expect(builder.seal().hash).toBe(without.hash);
  });

  it("takes what a dev chain is told in place of the rules", async () => {
    const { site, genesis } = await devSite();
    const override = { gasLimit: 30_000_000n, baseFeeWei: 5n };
    const builder = createBlockBuilder(site, genesis.header, { ...ATTRIBUTES, override });
    expect(builder.opening).toMatchObject({ gasLimit: 30_000_000n, baseFeePerGasWei: 5n });
  });
});

describe("applyBlock", () => {
  it.each<readonly [string, (block: Block) => Block]>([
    ["BLOCK_TRANSACTIONS_ROOT_WRONG", changeHeader({ transactionsRoot: BEACON_ROOT })],
    ["BLOCK_WITHDRAWALS_ROOT_WRONG", changeHeader({ withdrawalsRoot: BEACON_ROOT })],
    ["BLOCK_GAS_USED_WRONG", changeHeader({ gasUsed: 1n })],
    ["BLOCK_BLOB_GAS_USED_WRONG", changeHeader({ blobGasUsed: 131_072n })],
    ["BLOCK_LOGS_BLOOM_WRONG", changeHeader({ logsBloom: new Uint8Array(256) })],
    ["BLOCK_RECEIPTS_ROOT_WRONG", changeHeader({ receiptsRoot: BEACON_ROOT })],
    ["BLOCK_REQUESTS_HASH_WRONG", changeHeader({ requestsHash: BEACON_ROOT })],
    ["BLOCK_STATE_ROOT_WRONG", changeHeader({ stateRoot: BEACON_ROOT })],
    ["BLOCK_STATE_ROOT_WRONG", changeHeader({ coinbase: CAROL })],
    [
      "BLOCK_TRANSACTION_INVALID",
      (block) => ({ ...block, transactions: [...block.transactions, ...block.transactions] }),
    ],
  ])("answers %s (%#)", async (code, change) => {
    const { site, genesis } = await devSite();
    const builder = createBlockBuilder(site, genesis.header, ATTRIBUTES);
    included(builder.add(create(0n)));
    included(builder.add(call(1n)));
    const { block, senders } = builder.seal();
    expect(() => applyBlock(site, change(block), [...senders, ...senders])).toThrowError(
      expect.objectContaining({ code }),
    );
  });
});

async function devSite() {
  const store = openMemory();
  const state = openAccountState(store, { historyBlocks: "all" });
  const { block, changes } = createGenesis(SPEC);
  await store.write(state.stage({ parentNumber: undefined, number: 0n, changes }).writes);
  const site = {
    evm: createReferenceEvm({ hardfork: "osaka", precompiles: new Map() }),
    rules: rulesAt(SPEC, { number: 1n, timestamp: ATTRIBUTES.timestamp }),
    state: state.at(0n),
    blockHash: () => undefined,
  };
  return { site, genesis: block };
}

function changeHeader(change: Partial<Block["header"]>): (block: Block) => Block {
  return (block) => ({ ...block, header: { ...block.header, ...change } });
}

function included(inclusion: { status: string; receipt?: ExecutedReceipt }): ExecutedReceipt {
  expect(inclusion.status).toBe("included");
  return inclusion.receipt as ExecutedReceipt;
}

function transfer(nonce: bigint): SenderTransaction {
  return signed(nonce, BOB?.address, new Uint8Array());
}

/** Init code that is the logger itself: it logs while it is created. */
function create(nonce: bigint): SenderTransaction {
  return signed(nonce, undefined, LOGGER);
}

function call(nonce: bigint): SenderTransaction {
  return signed(nonce, CAROL, Uint8Array.of(1, 2, 3));
}

function signed(nonce: bigint, to: Address | undefined, data: Uint8Array): SenderTransaction {
  return signTransaction(
    {
      type: 2,
      chainId: SPEC.chainId,
      nonce,
      maxFeePerGasWei: 10n ** 10n,
      maxPriorityFeePerGasWei: 1n,
      gasLimit: 200_000n,
      to,
      valueWei: 5n,
      data,
      accessList: [],
    },
    ALICE?.privateKey ?? generatePrivateKey(),
  );
}
