/** A row as text, and the text it is told apart by. */
export interface KeyedRow {
  readonly key: string;
  readonly row: string;
}

/** A row that is not as it should be. */
export interface RowDifference {
  readonly key: string;
  /** What is stored; undefined where nothing is. */
  readonly stored: string | undefined;
  /** What was computed again; undefined where there should be nothing. */
  readonly expected: string | undefined;
}

export interface Comparison {
  readonly stored: number;
  readonly expected: number;
  /** Rows that are not there, that should not be there, and that are not as they should be. */
  readonly missing: number;
  readonly extra: number;
  readonly changed: number;
  /** The first of them. */
  readonly differences: readonly RowDifference[];
}

const SHOWN = 10;

/** Two lists of rows, each in the order of its keys by their bytes, compared in one pass and constant memory. */
export async function compareRows(
  stored: AsyncIterable<KeyedRow>,
  expected: AsyncIterable<KeyedRow>,
): Promise<Comparison> {
  const count = { stored: 0, expected: 0, missing: 0, extra: 0, changed: 0 };
  const differences: RowDifference[] = [];
  const note = (kind: "missing" | "extra" | "changed", difference: RowDifference) => {
    count[kind] += 1;
    if (differences.length < SHOWN) differences.push(difference);
  };
  const left = stored[Symbol.asyncIterator]();
  const right = expected[Symbol.asyncIterator]();
  let [a, b] = [await next(left), await next(right)];
  while (a !== undefined || b !== undefined) {
    const order = compareKeys(a, b);
    if (a !== undefined && order <= 0) count.stored += 1;
    if (b !== undefined && order >= 0) count.expected += 1;
    if (a !== undefined && order < 0)
      note("extra", { key: a.key, stored: a.row, expected: undefined });
    else if (b !== undefined && order > 0)
      note("missing", { key: b.key, stored: undefined, expected: b.row });
    else if (a !== undefined && b !== undefined && a.row !== b.row)
      note("changed", { key: a.key, stored: a.row, expected: b.row });
    if (order <= 0) a = await next(left);
    if (order >= 0) b = await next(right);
  }
  return { ...count, differences };
}

async function next(rows: AsyncIterator<KeyedRow>): Promise<KeyedRow | undefined> {
  const { done, value } = await rows.next();
  return done ? undefined : value;
}

/** As PostgreSQL's collation "C": by bytes. What has ended comes last. */
function compareKeys(a: KeyedRow | undefined, b: KeyedRow | undefined): number {
  if (a === undefined) return 1;
  if (b === undefined) return -1;
  return a.key === b.key ? 0 : Buffer.compare(Buffer.from(a.key), Buffer.from(b.key));
}

export function isSame({ missing, extra, changed }: Comparison): boolean {
  return missing + extra + changed === 0;
}
