import { createPublicClient, type PublicClient, webSocket } from "viem";
import type { BlockRow } from "./live.svelte.ts";

const RECENT = 8n;

/** The newest blocks, over the chain's own WebSocket; viem reconnects and resubscribes. */
export class BlockWatch {
  readonly #client: PublicClient;
  readonly #onBlock: (block: BlockRow) => void;
  readonly #unwatch: () => void;

  constructor(wsUrl: string, onBlock: (block: BlockRow) => void) {
    this.#onBlock = onBlock;
    this.#client = createPublicClient({ transport: webSocket(wsUrl, { reconnect: true }) });
    this.#unwatch = this.#client.watchBlockNumber({
      onBlockNumber: (number) => void this.#show(number),
      onError: () => {},
    });
    void this.#showRecent();
  }

  close(): void {
    this.#unwatch();
  }

  async #showRecent(): Promise<void> {
    const head = await this.#client.getBlockNumber().catch(() => undefined);
    if (head === undefined) return;
    const first = head >= RECENT ? head - RECENT + 1n : 0n;
    for (let number = first; number <= head; number++) await this.#show(number);
  }

  async #show(number: bigint): Promise<void> {
    const block = await this.#client.getBlock({ blockNumber: number }).catch(() => undefined);
    if (!block) return;
    this.#onBlock({
      number: block.number.toString(),
      hash: block.hash,
      transactionCount: block.transactions.length,
      timestampMs: Number(block.timestamp) * 1_000,
    });
  }
}
