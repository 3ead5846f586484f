import type { Hash } from "@ghostchain/evm";
import type { Block, Header } from "../block/block.ts";
import { headerHash } from "../block/header-codec.ts";
import { ProtocolError } from "../protocol-error.ts";
import type { BlockRules } from "./block-rules.ts";
import { checkHeader } from "./check-header.ts";

const MAX_OMMERS = 2;

/** How many blocks before it a block must know to judge its ommers. */
export const OMMER_GENERATIONS = 7;

/** A block on the way back from the one in question. */
export interface Ancestor {
  readonly hash: Hash;
  readonly block: Pick<Block, "header" | "ommers">;
}

/**
 * Ommers are at most two, each new, each a valid sibling of one of the last six blocks' ancestors.
 *
 * @param ancestors the parent first, `OMMER_GENERATIONS` of them or back to the genesis block
 * @param rulesOf the rules an ommer's header is under
 * @throws {ProtocolError} `OMMERS_TOO_MANY`, `OMMER_DUPLICATE`, `OMMER_IS_ANCESTOR`, `OMMER_NOT_KIN`, or what
 *   `checkHeader` throws for an ommer
 * @see Yellow paper, 11.1
 */
export function checkOmmers(
  ommers: readonly Header[],
  ancestors: readonly Ancestor[],
  rulesOf: (ommer: Header) => BlockRules,
): void {
  if (ommers.length === 0) return;
  if (ommers.length > MAX_OMMERS) {
    throw new ProtocolError({ code: "OMMERS_TOO_MANY", count: ommers.length, limit: MAX_OMMERS });
  }
  const known = ancestors.slice(0, OMMER_GENERATIONS);
  const included = new Set(known.flatMap(({ block }) => block.ommers.map(headerHash)));
  for (const ommer of ommers) {
    const hash = headerHash(ommer);
    if (included.has(hash)) throw new ProtocolError({ code: "OMMER_DUPLICATE", ommer: hash });
    included.add(hash);
    if (known.some((ancestor) => ancestor.hash === hash)) {
      throw new ProtocolError({ code: "OMMER_IS_ANCESTOR", ommer: hash });
    }
    const parent = known.slice(1).find((ancestor) => ancestor.hash === ommer.parentHash);
    if (parent === undefined) {
      const { parentHash } = ommer;
      throw new ProtocolError({ code: "OMMER_NOT_KIN", ommer: hash, parentHash });
    }
    checkHeader(ommer, parent.block.header, rulesOf(ommer));
  }
}
