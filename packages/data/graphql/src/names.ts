/** `user_address` as `userAddress`; undefined for what GraphQL has no name for. */
export function fieldName(column: string): string | undefined {
  const name = column
    .replace(/^_+/, "")
    .replace(/_+([a-z0-9])/gi, (_, letter: string) => letter.toUpperCase());
  return /^[A-Za-z][A-Za-z0-9_]*$/.test(name) ? name : undefined;
}

export function capitalized(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** One of several: `position` of `positions`; the word itself where it has no plural that we know. */
function singular(word: string): string {
  if (/(?:ss|us|is)$/.test(word)) return word;
  if (/[^aeiou]ies$/.test(word)) return `${word.slice(0, -3)}y`;
  if (/(?:s|x|z|ch|sh)es$/.test(word)) return word.slice(0, -2);
  return word.endsWith("s") && word.length > 2 ? word.slice(0, -1) : word;
}

/** What a table is called in the schema. */
export interface TableNames {
  /** Of one row: `GhostnetPosition`. */
  readonly type: string;
  /** Root field of one row: `ghostnetPosition`. */
  readonly row: string;
  /** Root field of pages: `ghostnetPositions`. */
  readonly list: string;
  /** Without the product, for relations. */
  readonly shortRow: string;
  readonly shortList: string;
}

/** @param others tables of the same product, so that `box` and `boxes` keep their own names */
export function tableNames(product: string, table: string, others: readonly string[]): TableNames {
  const single = singular(table);
  const one = others.some((other) => other === single || singular(other) === single)
    ? table
    : single;
  const shortRow = fieldName(one) ?? one;
  const short = fieldName(table) ?? table;
  const shortList = short === shortRow ? `${short}List` : short;
  const prefixed = (name: string) => fieldName(`${product}_${name}`) ?? name;
  return {
    ...{ type: capitalized(prefixed(one)), row: prefixed(one), shortRow, shortList },
    list: one === table ? `${prefixed(table)}List` : prefixed(table),
  };
}
