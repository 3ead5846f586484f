import type { BlockAttributes, TransactionPool } from "@ghostchain/accounts";
import { keccak256 } from "@ghostchain/crypto";
import { type Hex, hexToBytes } from "@ghostchain/encoding";
import { hashOfBytes } from "@ghostchain/evm";
import type { Header, SenderTransaction, StoredBlock } from "@ghostchain/protocol";
import type { DevControl } from "@ghostchain/rpc";
import type { Submissions } from "../backend/submissions.ts";
import type { Branch } from "../chain/branch.ts";
import type { Chain } from "../chain/chain.ts";
import type { Lane } from "../chain/lane.ts";
import type { Machines } from "../chain/machines.ts";
import { NodeError } from "../node-error.ts";
import { listSource, makeBlock } from "../production/block-maker.ts";
import type { NextBlock } from "../production/next-block.ts";
import { Snapshots } from "./snapshots.ts";

export interface DevHistoryDeps {
  readonly chain: Chain;
  readonly pool: TransactionPool;
  readonly lane: Lane;
  readonly machines: Machines;
  readonly nextBlock: NextBlock;
  readonly submissions: Submissions;
}

/** A chain that goes back to where it was, or takes another course. */
export class DevHistory implements Pick<DevControl, "snapshot" | "revert" | "reorg" | "reset"> {
  readonly #deps: DevHistoryDeps;
  readonly #snapshots = new Snapshots();

  constructor(deps: DevHistoryDeps) {
    this.#deps = deps;
  }

  snapshot(): Hex {
    const { chain, pool, nextBlock } = this.#deps;
    const { pending, queued } = pool.content();
    const pooled = [...pending.values(), ...queued.values()].flat();
    return this.#snapshots.add({ point: chain.point(), pooled, time: nextBlock.savedTime() });
  }

  revert(id: Hex): Promise<boolean> {
    const { chain, pool, lane, nextBlock } = this.#deps;
    return lane.run(async () => {
      const snapshot = this.#snapshots.use(id);
      if (snapshot === undefined || !(await chain.rewind(snapshot.point))) return false;
      nextBlock.restoreTime(snapshot.time);
      pool.clear();
      for (const transaction of snapshot.pooled) pool.tryAdd(transaction);
      return true;
    });
  }

  /** The new blocks have the old ones' times. What was in the old ones is gone, not pooled again. */
  async reorg(depth: number, blocks: readonly (readonly Uint8Array[])[]): Promise<void> {
    const { chain, lane, submissions } = this.#deps;
    const contents = await Promise.all(
      blocks.map((block) => Promise.all(block.map((encoded) => submissions.open(encoded)))),
    );
    await lane.run(async () => {
      const fork = chain.head.block.header.number - BigInt(depth);
      const branch = fork < 0n ? undefined : chain.branchAt(fork);
      if (branch === undefined) throw reorgTooDeep(depth, chain.head.block.header);
      for (let index = 0; index < depth; index += 1) {
        this.#addInstead(branch, this.#canonical(fork + BigInt(index) + 1n), contents[index] ?? []);
      }
      await chain.replace(fork, branch.blocks, "decree");
    });
  }

  /** @throws {AccountsError} `STATE_NOT_KEPT` on a chain that has forgotten its beginning */
  reset(): Promise<void> {
    const { chain, pool, lane, nextBlock } = this.#deps;
    return lane.run(async () => {
      await chain.rewind({ number: 0n, hash: this.#canonical(0n).hash, edit: 0n });
      nextBlock.reset();
      pool.clear();
      this.#snapshots.clear();
    });
  }

  #addInstead(
    branch: Branch,
    replaced: StoredBlock,
    transactions: readonly SenderTransaction[],
  ): void {
    const { chain, machines } = this.#deps;
    const site = { spec: chain.spec, machines };
    const attributes = attributesInstead(replaced);
    const made = makeBlock(site, branch, attributes, listSource(transactions), () => false);
    const [refusal] = made.refused;
    if (refusal !== undefined) throw refusal.reason;
    branch.add(made.executed);
  }

  #canonical(number: bigint): StoredBlock {
    const { chain } = this.#deps;
    const hash = chain.hashOf(number);
    const stored = hash && chain.store.block(hash);
    if (stored !== undefined) return stored;
    throw new NodeError({ code: "NODE_RECORD_DAMAGED", reason: `block ${number} is missing` });
  }
}

/** Other randomness, or an empty block would be replaced by itself. */
function attributesInstead({ hash, block }: StoredBlock): BlockAttributes {
  const { timestamp, coinbase, extraData, gasLimit } = block.header;
  const prevRandao = hashOfBytes(keccak256(hexToBytes(hash)));
  return { timestamp, coinbase, extraData, prevRandao, targetGasLimit: gasLimit };
}

function reorgTooDeep(depth: number, { number }: Header): NodeError {
  return new NodeError(
    { code: "DEV_REORG_TOO_DEEP", depth, number },
    `a reorg of ${depth} blocks goes back further than this chain of ${number} knows`,
  );
}
