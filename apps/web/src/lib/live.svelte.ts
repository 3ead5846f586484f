import type { FeedEvent, FeedStages } from "@ghostchain/feed";
import {
  type Change,
  createGhostClient,
  type FeedStream,
  type GhostClient,
  type StreamState,
} from "@ghostchain/sdk";
import { BlockWatch } from "./block-watch.ts";

export interface FeedLine {
  readonly sequenceId: number;
  readonly event: FeedEvent;
  readonly retracted: boolean;
}

export interface LevelRow {
  readonly name: string;
  readonly level: number;
  readonly totalStaked: string;
  readonly players: number;
  readonly deathRateBps: number;
  readonly nextScanAt: number | null;
}

export interface LeaderRow {
  readonly rank: number;
  readonly address: string;
  readonly value: string;
}

export interface BlockRow {
  readonly number: string;
  readonly hash: string;
  readonly transactionCount: number;
  readonly timestampMs: number;
}

export interface NetworkInfo {
  readonly chainId: number;
  readonly rpcUrl: string;
  readonly wsUrl: string;
  readonly gatewayUrl: string;
  readonly contracts: Readonly<
    Record<"GhostCore" | "DataToken" | "TraceScan", { address: `0x${string}` }>
  >;
}

type GameEndpoints = {
  "GET /levels": { response: { levels: LevelRow[] } };
  "GET /leaderboard": { query?: { limit?: number }; response: { entries: LeaderRow[] } };
};

const FEED_LINES = 100;
const BLOCK_ROWS = 12;
const LEADER_ROWS = 10;
const SAMPLES = 120;
/** Tables are read again soon after an event, but no oftener than an API on the internet lets one address. */
const REFRESH_DELAY_MS = 400;
const REFRESH_PAUSE_MS = 2_000;
const RETRY_MS = 1_500;

/** Everything on the page that moves: the feed from the gateway, tables from the API, blocks from the chain. */
export class Live {
  network = $state.raw<NetworkInfo>();
  status = $state<StreamState>("connecting");
  /** What keeps the page from showing the game, for a person. */
  fault = $state("");
  feed = $state.raw<readonly FeedLine[]>([]);
  levels = $state.raw<readonly LevelRow[]>([]);
  leaders = $state.raw<readonly LeaderRow[]>([]);
  blocks = $state.raw<readonly BlockRow[]>([]);
  /** From a block's seal to this screen, oldest first. */
  latenciesMs = $state.raw<readonly number[]>([]);

  readonly #client: GhostClient<GameEndpoints> = createGhostClient({ apiUrl: location.origin });
  #stream: FeedStream | undefined;
  #blockWatch: BlockWatch | undefined;
  #refreshedAtMs = 0;
  #refreshing: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;

  /** @returns what ends it */
  start(): () => void {
    void this.#begin();
    return () => {
      this.#stopped = true;
      this.#stream?.close();
      this.#blockWatch?.close();
      clearTimeout(this.#refreshing);
    };
  }

  /** The page so far, then the stream from exactly there. */
  async #begin(): Promise<void> {
    try {
      const [network, page] = await Promise.all([
        this.#client.network(),
        this.#client.feed({ limit: FEED_LINES }),
      ]);
      if (this.#stopped) return;
      this.network = network as NetworkInfo;
      this.feed = page.events.map((line) => ({ ...line, retracted: false }));
      this.fault = "";
      this.#follow({ sequenceId: page.sequenceId, epoch: page.epoch });
      this.#blockWatch = new BlockWatch(network.wsUrl, (block) => this.#addBlock(block));
      await this.#refresh();
    } catch (error) {
      this.fault = `not ready yet: ${error instanceof Error ? error.message : String(error)}`;
      if (!this.#stopped) setTimeout(() => void this.#begin(), RETRY_MS);
    }
  }

  #follow(from: { sequenceId: number; epoch: string }): void {
    this.#stream = this.#client.stream({ from });
    this.#stream.on("state", (state) => {
      this.status = state;
    });
    this.#stream.on("change", (change) => this.#apply(change));
  }

  #apply(change: Change): void {
    if (change.type === "event") {
      const { sequenceId, event, stages } = change;
      this.feed = [{ sequenceId, event, retracted: false }, ...this.feed].slice(0, FEED_LINES);
      if (stages) this.#measure(stages);
    } else if (change.type === "retract") {
      const gone = new Set(change.retracts);
      this.feed = this.feed.map((line) =>
        gone.has(line.sequenceId) ? { ...line, retracted: true } : line,
      );
    } else if (change.type === "sync") {
      void this.#reload();
    }
    this.#scheduleRefresh();
  }

  /** Once the event is drawn: the next frame is when a person could see it. */
  #measure({ sealedAtMs, seenAtMs }: FeedStages): void {
    const startMs = sealedAtMs ?? seenAtMs;
    if (startMs === undefined || document.hidden) return;
    requestAnimationFrame(() => {
      const ms = Math.max(0, Date.now() - startMs);
      this.latenciesMs = [...this.latenciesMs, ms].slice(-SAMPLES);
    });
  }

  #addBlock(block: BlockRow): void {
    const before = this.blocks.filter(({ number }) => BigInt(number) < BigInt(block.number));
    this.blocks = [block, ...before].slice(0, BLOCK_ROWS);
  }

  /** Too much was missed to tell one by one. */
  async #reload(): Promise<void> {
    const page = await this.#client.feed({ limit: FEED_LINES }).catch(() => undefined);
    if (page) this.feed = page.events.map((line) => ({ ...line, retracted: false }));
  }

  #scheduleRefresh(): void {
    const pauseMs = this.#refreshedAtMs + REFRESH_PAUSE_MS - Date.now();
    this.#refreshing ??= setTimeout(
      () => {
        this.#refreshing = undefined;
        this.#refreshedAtMs = Date.now();
        void this.#refresh().catch(() => this.#scheduleRefresh());
      },
      Math.max(REFRESH_DELAY_MS, pauseMs),
    );
  }

  async #refresh(): Promise<void> {
    const [{ levels }, { entries }] = await Promise.all([
      this.#client.call("GET /levels"),
      this.#client.call("GET /leaderboard", { query: { limit: LEADER_ROWS } }),
    ]);
    this.levels = levels;
    this.leaders = entries;
  }
}
