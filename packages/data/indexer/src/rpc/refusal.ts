/** A server that finds a range of logs too large, and what it says would be right. */
export interface RangeRefusal {
  /** As many blocks as it says it would answer; undefined where it does not say. */
  readonly suggestedBlocks: bigint | undefined;
  /** True where no range is ever larger than that, whatever is in it. */
  readonly isCeiling: boolean;
}

/**
 * Undefined where a refusal of `eth_getLogs` is not about the size of the range. Servers agree neither on a code nor
 * on a text, so this reads what the common ones say.
 */
export function readRangeRefusal(reason: string): RangeRefusal | undefined {
  const exact = HEX_RANGE.exec(reason) ?? DECIMAL_RANGE.exec(reason);
  const ceiling = ceilingOf(reason);
  if (exact) {
    const blocks = BigInt(exact[2] ?? 0) - BigInt(exact[1] ?? 0) + 1n;
    if (blocks > 0n) return { suggestedBlocks: blocks, isCeiling: ceiling === blocks };
  }
  if (ceiling !== undefined) return { suggestedBlocks: ceiling, isCeiling: true };
  return TOO_LARGE.test(reason) ? { suggestedBlocks: undefined, isCeiling: false } : undefined;
}

/** -32005 is "limit exceeded" of any limit, also of results, so its text decides. */
export function isRateLimit(rpcCode: number, reason: string): boolean {
  return RATE_CODES.has(rpcCode) || RATE.test(reason);
}

/** A block that the server has not, or not yet. */
export function isUnknownBlock(reason: string): boolean {
  return UNKNOWN_BLOCK.test(reason);
}

export function isUnsupported(rpcCode: number, reason: string): boolean {
  return rpcCode === METHOD_NOT_FOUND || UNSUPPORTED.test(reason);
}

const METHOD_NOT_FOUND = -32601;
const RATE_CODES = new Set([429, -32016, -32097]);
const RATE =
  /rate.?limit|too many (?:requests|connections)|compute units|requests? per second|exceeded .*(?:quota|capacity)/i;
const UNKNOWN_BLOCK =
  /unknown block|block (?:is )?not (?:found|available)|header not found|(?:block|hash).*(?:does ?n.t|not) exist|beyond (?:the )?(?:current )?head/i;
const UNSUPPORTED =
  /method .*(?:not|n't) (?:exist|found|available|supported|allowed)|unsupported (?:method|subscription)|(?:subscription|notifications?) not (?:found|supported)|no "?\w+"? subscription/i;

/** "this block range should work: [0x0, 0x270f]", "Try with this block range [0x1, 0x2]" */
const HEX_RANGE = /\[\s*(0x[0-9a-f]{1,16})\s*,\s*(0x[0-9a-f]{1,16})\s*\]/i;
/** "retry with the range 24383075-24383096" */
const DECIMAL_RANGE = /range\s+(\d{1,18})\s*-\s*(\d{1,18})/i;
/** "limited to a 10,000 range", "max is 1k blocks", "maximum block range: 50000", "at most 1000 blocks" */
const CEILINGS = [
  /(?:limited to|up to|at most|max(?:imum)?(?: allowed)?(?: is(?: set to)?|:)?|limit(?: is|:))\s*(?:an?\s+)?(?:0\s*-\s*)?([\d,_]{1,12}\s?k?)\s*[- ]?(?:blocks?\b|range\b|ranges\b)/i,
  /max(?:imum)?(?:\s+allowed)?(?:\s+block)?\s+range(?:\s+(?:is|of))?\s*[:=]?\s*([\d,_]{1,12}\s?k?)\b/i,
  /block range (?:greater|larger|wider|more) than ([\d,_]{1,12}\s?k?)\b/i,
  /range (?:exceeds|exceeded|over)[a-z ]{0,20}?([\d,_]{1,12}\s?k?)\b/i,
  /maximum is set to ([\d,_]{1,12}\s?k?)\b/i,
];
const TOO_LARGE =
  /(?:block )?range.*(?:too|large|wide|exceed|limit|greater)|(?:exceed|limit|too).*(?:block )?range|more than [\d,]+ (?:results|logs)|max(?:imum)? (?:results|logs)|too many (?:blocks|logs|results)|logs? (?:count|matched).*(?:exceed|limit)|(?:response|result|size).*(?:too (?:large|big)|exceed|larger)|(?:query|request|execution|context).*(?:timed? ?out|deadline)|backend response/i;

function ceilingOf(reason: string): bigint | undefined {
  for (const pattern of CEILINGS) {
    const said = pattern.exec(reason)?.[1];
    if (said === undefined) continue;
    const digits = said.replace(/[^\d]/g, "");
    const blocks = BigInt(digits === "" ? 0 : digits) * (/k$/i.test(said) ? 1_000n : 1n);
    if (blocks > 0n) return blocks;
  }
  return undefined;
}
