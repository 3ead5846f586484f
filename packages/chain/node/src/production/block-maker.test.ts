import { openAccountState } from "@ghostchain/accounts";
import {
  type ChainSpec,
  devAccounts,
  devChainSpec,
  type SenderTransaction,
  signTransaction,
} from "@ghostchain/protocol";
import { createMetrics } from "@ghostchain/service";
import { openMemory } from "@ghostchain/storage";
import { describe, expect, it } from "vitest";
import type { Branch } from "../chain/branch.ts";
import { Machines } from "../chain/machines.ts";
import { openChain } from "../chain/open-chain.ts";
import { Impersonation } from "../dev/impersonation.ts";
import { createNodeMetrics } from "../metrics.ts";
import { ChainStore } from "../store/chain-store.ts";
import { createMemoryLog } from "../store/memory-log.ts";
import { listSource, makeBlock } from "./block-maker.ts";

const [ALICE] = devAccounts();
if (!ALICE) throw new Error("a dev chain has accounts");
const spec = devChainSpec();
const site = { spec, machines: new Machines(new Impersonation()) };

function transfers(count: number, first = 0): SenderTransaction[] {
  return Array.from({ length: count }, (_, index) =>
    signTransaction(
      {
        type: 0,
        chainId: spec.chainId,
        nonce: BigInt(first + index),
        gasPriceWei: 10n ** 10n,
        gasLimit: 21_000n,
        to: ALICE?.address,
        valueWei: 0n,
        data: new Uint8Array(),
      },
      ALICE?.privateKey ?? new Uint8Array(),
    ),
  );
}

async function genesisBranch(of: ChainSpec): Promise<Branch> {
  const keyValue = openMemory();
  const chain = await openChain({
    spec: of,
    keyValue,
    store: new ChainStore(keyValue, createMemoryLog(), 1 << 20),
    state: openAccountState(keyValue, { historyBlocks: "all" }),
    metrics: createNodeMetrics(createMetrics({ processMetrics: false })),
  });
  const branch = chain.branchAt(0n);
  if (branch === undefined) throw new Error("a chain begins at block 0");
  return branch;
}

const attributes = (gasLimit: bigint) => ({
  timestamp: spec.genesis.timestamp,
  coinbase: spec.production.coinbase,
  prevRandao: spec.genesis.mixHash,
  extraData: new Uint8Array(),
  targetGasLimit: gasLimit,
  override: { gasLimit },
});

describe("makeBlock", () => {
  it("closes the block when its time is over", async () => {
    const branch = await genesisBranch(spec);
    let looks = 0;
    const made = makeBlock(
      site,
      branch,
      attributes(30_000_000n),
      listSource(transfers(200)),
      () => {
        looks += 1;
        return looks === 2;
      },
    );
    expect(made.executed.record.envelopes).toHaveLength(63);
    expect(made.refused).toEqual([]);
  });

  it("stops at the gas limit, and blames nobody for it", async () => {
    const branch = await genesisBranch(spec);
    const source = listSource(transfers(5));
    const made = makeBlock(site, branch, attributes(65_000n), source, () => false);
    expect(made.executed.record.envelopes).toHaveLength(3);
    expect(made.refused).toEqual([]);
  });

  it("names what cannot come next, and what no block has room for", async () => {
    const branch = await genesisBranch(spec);
    const early = listSource(transfers(1, 7));
    const [refusal] = makeBlock(site, branch, attributes(65_000n), early, () => false).refused;
    expect(refusal?.reason.code).toBe("TRANSACTION_NONCE_TOO_HIGH");
    const [big] = transfers(1);
    if (!big) throw new Error("a transfer");
    const huge = { ...big, transaction: { ...big.transaction, gasLimit: 70_000n } };
    const made = makeBlock(site, branch, attributes(65_000n), listSource([huge]), () => false);
    expect(made.refused[0]?.reason.code).toBe("TRANSACTION_GAS_ABOVE_BLOCK");
  });

  it("can be put on a block that is not written yet", async () => {
    const branch = await genesisBranch(spec);
    for (const nonce of [0, 1, 2]) {
      const source = listSource(transfers(1, nonce));
      branch.add(makeBlock(site, branch, attributes(30_000_000n), source, () => false).executed);
    }
    expect(branch.tip.block.header.number).toBe(3n);
    expect(branch.state.reader.account(ALICE.address)?.nonce).toBe(3n);
    expect(branch.blockHash(2n)).toBe(branch.blocks[1]?.record.stored.hash);
  });
});
