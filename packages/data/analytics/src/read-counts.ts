import type { Range } from "./period.ts";
import { fromLimbs } from "./store/amount-limbs.ts";
import type { Cell } from "./store/duck-connection.ts";
import type { StoreReader } from "./store/read-queue.ts";

/** Questions to the store. Answers are by period of the range, from 0; where there is nothing, there is none. */

export interface EventFilter {
  readonly type?: string | undefined;
  readonly chain?: string | undefined;
}

interface TypeCount {
  readonly index: number;
  readonly type: string;
  readonly count: number;
}

export async function countByType(
  reader: StoreReader,
  range: Range,
  filter: EventFilter,
): Promise<TypeCount[]> {
  const { where, texts } = conditions(range, filter);
  const rows = await reader.rows(
    `SELECT ${indexIn(range)} AS index, type, count(*) FROM event WHERE ${where}
     GROUP BY index, type ORDER BY index, type`,
    texts,
  );
  return rows.map(([index, type, count]) => ({
    index: Number(index),
    type: String(type),
    count: Number(count),
  }));
}

export interface ActiveUsers {
  /** Different ones in the whole range. */
  readonly total: number;
  readonly periods: readonly { readonly index: number; readonly users: number }[];
}

export async function countActors(
  reader: StoreReader,
  range: Range,
  filter: EventFilter,
): Promise<ActiveUsers> {
  const { where, texts } = conditions(range, filter);
  const rows = await reader.rows(
    `SELECT ${indexIn(range)} AS index, count(DISTINCT actor) FROM event
     WHERE ${where} AND actor IS NOT NULL GROUP BY index ORDER BY index`,
    texts,
  );
  const [all = []] = await reader.rows(
    `SELECT count(DISTINCT actor) FROM event WHERE ${where}`,
    texts,
  );
  return {
    total: Number(all[0] ?? 0),
    periods: rows.map(([index, users]) => ({ index: Number(index), users: Number(users) })),
  };
}

export interface SumRow {
  readonly index: number;
  readonly name: string;
  readonly amount: bigint;
  /** How many added to it. */
  readonly events: number;
}

export async function readSums(
  reader: StoreReader,
  range: Range,
  { names, level }: { names: readonly string[]; level?: string | undefined },
): Promise<SumRow[]> {
  const texts = level === undefined ? names : [...names, level];
  const listed = names.map((_, index) => `$${index + 1}`).join(", ");
  const ofLevel = level === undefined ? "" : ` AND level = $${texts.length}`;
  const rows = await reader.rows(
    `SELECT ${indexIn(range)} AS index, name, count(*), sum(word0), sum(word1), sum(word2), sum(word3)
     FROM amount WHERE ${within(range)} AND name IN (${listed})${ofLevel}
     GROUP BY index, name ORDER BY index, name`,
    texts,
  );
  return rows.map(([index, name, events, ...words]) => ({
    ...{ index: Number(index), name: String(name), events: Number(events) },
    amount: fromLimbs(words.map(toWord)),
  }));
}

/** Numbers of ours, so they stand in the text; a client's texts are parameters. */
function indexIn({ startMs, lengthMs }: Range): string {
  return `(at_ms - ${startMs}) // ${lengthMs}`;
}

function within({ startMs, endMs }: Range): string {
  return `at_ms >= ${startMs} AND at_ms < ${endMs}`;
}

function conditions(range: Range, filter: EventFilter): { where: string; texts: string[] } {
  const texts: string[] = [];
  const wanted = (["type", "chain"] as const).flatMap((column) => {
    const text = filter[column];
    if (text === undefined) return [];
    texts.push(text);
    return [`${column} = $${texts.length}`];
  });
  return { where: [within(range), ...wanted].join(" AND "), texts };
}

function toWord(cell: Cell): bigint | null {
  if (cell === null || typeof cell === "bigint") return cell;
  throw new TypeError(`a sum of words is a ${typeof cell}`);
}
