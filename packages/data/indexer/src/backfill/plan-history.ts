import { randomUUID } from "node:crypto";
import type { Database } from "@ghostchain/database";
import { type Birth, ChildRegistry } from "../child-registry.ts";
import type { ChainSource } from "../source/chain-source.ts";
import { HistoryReader } from "../source/history-reader.ts";
import { LogScope } from "../source/log-scope.ts";
import { planRanges } from "../store/backfill-ranges.ts";
import { storePlannedChildren } from "../store/children.ts";
import { moveProgress, type Progress } from "../store/progress.ts";

export interface PlanDeps {
  readonly database: Database;
  readonly source: ChainSource;
  /** The children known so far; those that history tells of are not added to it. */
  readonly children: ChildRegistry;
}

const RANGES = 64n;
const RANGE_MIN_BLOCKS = 100n;
const RANGE_MAX_BLOCKS = 10_000n;

/**
 * Divides the history after `progress`, up to `goal`, into ranges that any process may fetch in any order. So that each
 * can ask for the logs of all contracts that are made before it, what the factories tell of is read first.
 */
export async function planHistory(
  deps: PlanDeps,
  progress: Progress,
  goal: bigint,
  signal: AbortSignal,
): Promise<void> {
  const { chain, point } = progress;
  const from = point.number + 1n;
  const births = await scout(deps, from, goal, signal);
  const even = (goal - from) / RANGES + 1n;
  const least = even < RANGE_MIN_BLOCKS ? RANGE_MIN_BLOCKS : even;
  const blocks = least > RANGE_MAX_BLOCKS ? RANGE_MAX_BLOCKS : least;
  await deps.database.transaction(async (sql) => {
    // Moves nothing, but fails for who is not the writer any more.
    await moveProgress(sql, progress, progress);
    await storePlannedChildren(sql, chain.id, births);
    await planRanges(sql, chain.id, randomUUID(), { from, to: goal, blocks });
  });
}

async function scout(
  deps: PlanDeps,
  from: bigint,
  goal: bigint,
  signal: AbortSignal,
): Promise<Birth[]> {
  const { source, children } = deps;
  const factories = [...new Set(children.kinds.map((kind) => kind.factory))];
  if (factories.length === 0) return [];
  const found = new ChildRegistry(children.kinds);
  const births: Birth[] = [];
  const reader = new HistoryReader(source, new LogScope(factories, new ChildRegistry([])));
  for await (const { blocks } of reader.read(from, goal, signal))
    for (const log of blocks.flatMap((block) => block.logs)) {
      const born = found
        .birthsOf(log)
        .filter(({ kind, address }) => !children.of(kind).has(address));
      found.add(born);
      births.push(...born);
    }
  return births;
}
