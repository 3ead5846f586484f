import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from "graphql";

/** Values come from PostgreSQL as it writes them, and go back as text: nothing is rounded on the way. */

const DIGITS_MAX = 1_000;

export const BigIntScalar = textScalar({
  name: "BigInt",
  description: "A whole number of any size, as a decimal string; amounts are in wei.",
  pattern: /^-?\d{1,1000}$/,
  expected: 'a whole number as a string, such as "1000000000000000000"',
  integers: true,
});

export const DecimalScalar = textScalar({
  name: "Decimal",
  description: "A decimal number of any precision, as a string.",
  pattern: /^-?\d{1,1000}(?:\.\d{1,1000})?$/,
  expected: 'a decimal number as a string, such as "1.5"',
  integers: true,
});

export const DateTimeScalar = textScalar({
  name: "DateTime",
  description: "A moment, ISO 8601 in UTC, to the microsecond: 2026-01-20T15:04:05.123456Z.",
  pattern: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)$/,
  expected: "a moment with its time zone, such as 2026-01-20T15:04:05Z",
  check: (text) => !Number.isNaN(Date.parse(text)) && isRealDay(text.slice(0, 10)),
});

export const DateScalar = textScalar({
  name: "Date",
  description: "A calendar day in UTC: 2026-01-20.",
  pattern: /^\d{4}-\d\d-\d\d$/,
  expected: "a day, such as 2026-01-20",
  check: isRealDay,
});

export const BytesScalar = textScalar({
  name: "Bytes",
  description: "Bytes, as 0x and lower-case hexadecimal.",
  pattern: /^0x(?:[0-9a-fA-F]{2})*$/,
  expected: "0x and an even number of hexadecimal digits",
});

export const UuidScalar = textScalar({
  name: "UUID",
  description: "A UUID: 123e4567-e89b-12d3-a456-426614174000.",
  pattern: /^[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$/,
  expected: "a UUID, such as 123e4567-e89b-12d3-a456-426614174000",
});

export const JsonScalar = new GraphQLScalarType<unknown, unknown>({
  name: "JSON",
  description: "Any JSON value.",
  parseValue: refuseJson,
  parseLiteral: refuseJson,
});

function refuseJson(): never {
  throw new GraphQLError("JSON is not taken as an argument");
}

interface TextScalar {
  readonly name: string;
  readonly description: string;
  readonly pattern: RegExp;
  readonly expected: string;
  /** Whether a number without quotes is taken too. */
  readonly integers?: boolean;
  readonly check?: (text: string) => boolean;
}

function textScalar(options: TextScalar): GraphQLScalarType<string, string> {
  const { name, description, pattern, expected, integers = false, check = () => true } = options;
  const parse = (text: string): string => {
    if (text.length <= 2 * DIGITS_MAX + 2 && pattern.test(text) && check(text)) return text;
    throw new GraphQLError(`${name} is ${expected}`);
  };
  return new GraphQLScalarType<string, string>({
    ...{ name, description },
    parseValue: (value) => {
      if (typeof value === "string") return parse(value);
      if (integers && Number.isSafeInteger(value)) return String(value);
      throw new GraphQLError(`${name} is ${expected}`);
    },
    parseLiteral: (node: ValueNode) => {
      if (node.kind === Kind.STRING) return parse(node.value);
      if (integers && node.kind === Kind.INT) return parse(node.value);
      throw new GraphQLError(`${name} is ${expected}`);
    },
    serialize: String,
  });
}

function isRealDay(text: string): boolean {
  const parsed = new Date(`${text}T00:00:00Z`);
  // year 0 is none that PostgreSQL knows
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(text) && text > "0001";
}
