import type { SqlValue } from "@ghostchain/database";

/** A column as far as its values matter. */
export interface ColumnType {
  /** Without length or precision. */
  readonly base: string;
  /** The most characters, or digits after the point; undefined for no limit. */
  readonly limit: number | undefined;
}

/** What a column will hold of a value, and whether it reads back as just that. */
interface Held {
  readonly value: SqlValue;
  /** Otherwise only PostgreSQL can tell what it makes of it. */
  readonly exact: boolean;
}

/** Turns what a product gives into what it would read back. @throws {TypeError} for what cannot fit */
export type Hold = (value: SqlValue) => Held;

/** How values of a column are held in memory. */
export function holderOf(type: ColumnType): Hold {
  const hold = HOLDERS[type.base];
  if (hold === undefined) return inexact;
  return (value) => (value === null ? NULL : hold(value, type));
}

/** Types whose equal values are the same value in memory, so that a row can be found by one. */
export function isKeyType(base: string): boolean {
  return KEY_TYPES.has(base);
}

/** Whether a value read from the table may have lost something on its way. */
export function losesWhenRead({ base, limit }: ColumnType): boolean {
  return !(READ_WHOLE.has(base) || (base === "numeric" && limit === 0));
}

const NULL: Held = { value: null, exact: true };

const KEY_TYPES = new Set([
  ...["smallint", "integer", "bigint", "numeric", "text", "character varying"],
  ...["boolean", "bytea", "date", "uuid", "timestamp with time zone"],
]);

const READ_WHOLE = new Set([
  ...["smallint", "integer", "bigint", "numeric", "text", "character varying"],
  ...["boolean", "bytea", "date", "uuid", "double precision"],
]);

const HOLDERS: Readonly<Record<string, (value: SqlValue, type: ColumnType) => Held>> = {
  smallint: (value) => small(value, 0x7fff),
  integer: (value) => small(value, 0x7fff_ffff),
  bigint: (value) => wide(value),
  numeric: (value, { limit }) => numeric(value, limit),
  text: (value) => text(value),
  "character varying": (value, { limit }) => text(value, limit),
  boolean: (value) => {
    if (typeof value !== "boolean") throw mismatch("a boolean", value);
    return exactly(value);
  },
  bytea: (value) => {
    if (!(value instanceof Uint8Array)) throw mismatch("bytes", value);
    // Its owner may change it afterwards.
    return exactly(Buffer.from(value));
  },
  date: (value) => date(value),
  uuid: (value) =>
    typeof value === "string" && UUID.test(value) ? exactly(value) : inexact(value),
  "timestamp with time zone": (value) => instant(value),
  "double precision": (value) => {
    if (typeof value !== "number") throw mismatch("a number", value);
    return exactly(value);
  },
};

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const FRACTION = /^(?:0|-?[1-9]\d*)\.\d+$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const INT8_MAX = 2n ** 63n;

function exactly(value: SqlValue): Held {
  return { value, exact: true };
}

function inexact(value: SqlValue): Held {
  return { value, exact: value === null };
}

function small(value: SqlValue, max: number): Held {
  const number = typeof value === "bigint" ? Number(value) : value;
  if (typeof number !== "number" || !Number.isInteger(number))
    throw mismatch("a whole number", value);
  if (number > max || number < -max - 1) throw mismatch(`a number of at most ${max}`, value);
  return exactly(number === 0 ? 0 : number);
}

function wide(value: SqlValue): Held {
  const whole = toWhole(value);
  if (whole === undefined) throw mismatch("a whole number", value);
  if (whole >= INT8_MAX || whole < -INT8_MAX) throw mismatch("a number of 64 bits", value);
  return exactly(whole);
}

function numeric(value: SqlValue, scale: number | undefined): Held {
  const whole = toWhole(value);
  // With digits after the point PostgreSQL adds zeros to it.
  if (whole !== undefined) return scale ? inexact(value) : exactly(whole);
  if (scale === undefined && typeof value === "string" && FRACTION.test(value))
    return exactly(value);
  if (typeof value !== "string" && typeof value !== "number") throw mismatch("a number", value);
  return inexact(value);
}

function toWhole(value: SqlValue): bigint | undefined {
  if (typeof value === "bigint") return value;
  return typeof value === "number" && Number.isInteger(value) ? BigInt(value) : undefined;
}

function text(value: SqlValue, limit = Number.POSITIVE_INFINITY): Held {
  if (typeof value !== "string") throw mismatch("text", value);
  // What is not Unicode does not reach the database.
  const whole = value.isWellFormed() ? value : value.toWellFormed();
  return whole.length <= limit ? exactly(whole) : inexact(whole);
}

function date(value: SqlValue): Held {
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) throw mismatch("a day", value);
    return date(value.toISOString().slice(0, 10));
  }
  if (typeof value !== "string") throw mismatch("a day as 2026-01-20", value);
  return DAY.test(value) ? exactly(value) : inexact(value);
}

const YEAR_9999_MS = 253_402_300_800_000;

function instant(value: SqlValue): Held {
  if (!(value instanceof Date)) throw mismatch("a Date", value);
  const ms = value.getTime();
  if (Number.isNaN(ms)) throw mismatch("a Date", value);
  const copy = new Date(ms);
  return ms >= -62_135_596_800_000 && ms < YEAR_9999_MS ? exactly(copy) : inexact(copy);
}

function mismatch(expected: string, value: SqlValue): TypeError {
  const found = typeof value === "object" ? value?.constructor.name : typeof value;
  const shown = typeof value === "number" || typeof value === "bigint" ? ` ${value}` : "";
  return new TypeError(`${expected} was expected, ${found ?? "null"}${shown} came`);
}
