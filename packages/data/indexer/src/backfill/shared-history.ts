import type { Database } from "@ghostchain/database";
import type { Clock } from "@ghostchain/service";
import type { ChainPoint } from "../source/block.ts";
import type { ChainSource } from "../source/chain-source.ts";
import {
  discardRange,
  dropRanges,
  type FetchedRange,
  hasHelpers,
  readFetched,
  type Wanted,
} from "../store/backfill-ranges.ts";
import { forgetPlannedChildren } from "../store/children.ts";
import { moveProgress, type Progress } from "../store/progress.ts";

export interface SharedHistoryDeps {
  readonly database: Database;
  readonly source: Pick<ChainSource, "has">;
  readonly clock: Clock;
}

/** What became of the ranges: some were taken in, there is none left, none is ready, or they are of another branch. */
export type Adopted =
  | { readonly kind: "moved"; readonly progress: Progress }
  | { readonly kind: "finished" | "waiting" | "forked" };

/** A helper that has not been heard of for so long is not counted on. */
const HELPER_SILENT_MS = 4_000;

/** Whether there is anyone to share history with. */
export function isShared(database: Database, wanted: Wanted): Promise<boolean> {
  return database.kind === "pglite"
    ? Promise.resolve(false)
    : hasHelpers(database, wanted, HELPER_SILENT_MS);
}

/** Whether ranges were planned that are not taken in yet. */
export async function isPlanned(database: Database, progress: Progress): Promise<boolean> {
  return (await readFetched(database, progress.chain.id, progress.raw.number)).left;
}

/**
 * Takes the fetched ranges that follow `progress` into the chain's raw events. Each names the block before it and the
 * last of them is still on the chain: so all of them are.
 */
export async function adoptRanges(deps: SharedHistoryDeps, progress: Progress): Promise<Adopted> {
  const { database } = deps;
  const { chain, raw } = progress;
  const { left, ranges } = await readFetched(database, chain.id, raw.number);
  if (!left) {
    await forgetPlannedChildren(database, chain.id);
    return { kind: "finished" };
  }
  const first = ranges[0];
  if (first === undefined) return { kind: "waiting" };
  if (first.parentHash !== raw.hash && !(await isOnChain(deps, raw))) return { kind: "forked" };
  const { linked, broken } = link(raw, ranges);
  const end = linked.at(-1)?.end;
  const wrong =
    end === undefined || (await isOnChain(deps, end)) ? [] : await offChain(deps, linked);
  if (broken) wrong.push(broken);
  if (end === undefined || wrong.length > (broken ? 1 : 0)) {
    await database.transaction(async (sql) => {
      await moveProgress(sql, progress, progress);
      for (const range of wrong) await discardRange(sql, chain.id, range);
    });
    return { kind: "waiting" };
  }
  const next = { ...progress, raw: end };
  await database.transaction(async (sql) => {
    await moveProgress(sql, progress, next);
    await dropRanges(sql, chain.id, end.number);
  });
  return { kind: "moved", progress: next };
}

/** The longest beginning in which each range goes on where the one before ends, and the one that does not. */
function link(after: ChainPoint, ranges: readonly FetchedRange[]) {
  const broken = ranges.findIndex(
    ({ parentHash }, index) => parentHash !== (ranges[index - 1]?.end ?? after).hash,
  );
  if (broken === -1) return { linked: ranges, broken: undefined };
  return { linked: ranges.slice(0, broken), broken: ranges[broken] };
}

async function offChain(
  deps: SharedHistoryDeps,
  ranges: readonly FetchedRange[],
): Promise<FetchedRange[]> {
  const checked = ranges.map(async (range) => ((await isOnChain(deps, range.end)) ? [] : [range]));
  return (await Promise.all(checked)).flat();
}

async function isOnChain({ source }: SharedHistoryDeps, point: ChainPoint): Promise<boolean> {
  if (point.number < 0n) return true;
  return source.has(point);
}
