import { createPublicClient, type PublicClient, webSocket } from "viem";
import type { BlockRow } from "./live.svelte.ts";

const RECENT = 8n;
/** A node may be away for long; viem would give up after ten seconds, and the page would stand still. */
const RECONNECT = { attempts: Number.POSITIVE_INFINITY, delay: 2_000 };

/** The newest blocks in order, over the chain's own WebSocket; viem reconnects and resubscribes. */
export class BlockWatch {
  readonly #client: PublicClient;
  readonly #onBlock: (block: BlockRow) => void;
  readonly #unwatch: () => void;
  /** The newest block there is, and the newest that was told of. */
  #head = -1n;
  #told = -1n;
  #telling = false;

  /** @param onBlock - told of a block, whose number ends what was told of this number and above */
  constructor(wsUrl: string, onBlock: (block: BlockRow) => void) {
    this.#onBlock = onBlock;
    this.#client = createPublicClient({ transport: webSocket(wsUrl, { reconnect: RECONNECT }) });
    this.#unwatch = this.#client.watchBlockNumber({
      onBlockNumber: (number) => void this.#follow(number),
      onError: () => {},
    });
    void this.#client.getBlockNumber().then(
      (number) => this.#follow(number),
      () => {},
    );
  }

  close(): void {
    this.#unwatch();
  }

  /** One walk at a time: blocks may come faster than they are read. */
  async #follow(number: bigint): Promise<void> {
    // a head that is no higher is of another branch, or of another chain
    if (number <= this.#told) this.#told = -1n;
    this.#head = number;
    if (this.#telling) return;
    this.#telling = true;
    while (this.#told < this.#head) await this.#tellNext();
    this.#telling = false;
  }

  async #tellNext(): Promise<void> {
    const first = this.#head >= RECENT ? this.#head - RECENT + 1n : 0n;
    const next = this.#told + 1n > first ? this.#told + 1n : first;
    this.#told = next;
    const block = await this.#client.getBlock({ blockNumber: next }).catch(() => undefined);
    if (!block) return;
    this.#onBlock({
      number: block.number.toString(),
      hash: block.hash,
      transactionCount: block.transactions.length,
      timestampMs: Number(block.timestamp) * 1_000,
    });
  }
}
