import type { FeedEvent } from "@ghostchain/feed";
export interface FeedLine { sequenceId: number; event: FeedEvent; retracted: boolean }
export interface LevelRow { name: string; level: number; totalStaked: string; players: number; deathRateBps: number; nextScanAt: number | null }
export interface LeaderRow { rank: number; address: string; value: string }
export interface BlockRow { number: string; hash: string; transactionCount: number; seenAtMs: number }
export interface NetworkInfo { chainId: number; rpcUrl: string; wsUrl: string; gatewayUrl: string; contracts: Record<"GhostCore" | "DataToken" | "TraceScan", { address: `0x${string}` }> }
export class Live {
  network = $state<NetworkInfo>();
  status = $state("connecting");
  fault = $state("");
  feed = $state.raw<FeedLine[]>([]);
  levels = $state.raw<LevelRow[]>([]);
  leaders = $state.raw<LeaderRow[]>([]);
  blocks = $state.raw<BlockRow[]>([]);
  latenciesMs = $state.raw<number[]>([]);
  start(): () => void { return () => {}; }
}
