import type { Hash } from "viem";
import { IndexerError } from "../indexer-error.ts";
import type { ChainIdentity, RpcEndpoint } from "./rpc-endpoint.ts";

const QUANTITY = /^0x[0-9a-fA-F]{1,64}$/;
const HASH = /^0x[0-9a-fA-F]{64}$/;

/** Asks an endpoint what chain it is of; once, however many want to know. */
export function identifyEndpoint(endpoint: RpcEndpoint): Promise<ChainIdentity> {
  endpoint.identifying ??= ask(endpoint).finally(() => {
    endpoint.identifying = undefined;
  });
  return endpoint.identifying;
}

async function ask(endpoint: RpcEndpoint): Promise<ChainIdentity> {
  const [chainId, genesis, newest] = await endpoint.connection.requestAll([
    { method: "eth_chainId", params: [] },
    { method: "eth_getBlockByNumber", params: ["0x0", false] },
    { method: "eth_getBlockByNumber", params: ["latest", false] },
  ]);
  if (typeof chainId !== "string" || !QUANTITY.test(chainId))
    throw malformed("eth_chainId", "the answer is not a number");
  const hash = (genesis as { hash?: unknown } | null)?.hash;
  if (typeof hash !== "string" || !HASH.test(hash))
    throw malformed("eth_getBlockByNumber", "there is no block 0");
  const genesisHash = hash.toLowerCase() as Hash;
  const identity = { chainId: BigInt(chainId), genesisHash };
  endpoint.identity = identity;
  endpoint.newest = newest;
  const { number } = (newest ?? {}) as { number?: unknown };
  if (typeof number === "string" && QUANTITY.test(number)) endpoint.health.head = BigInt(number);
  return identity;
}

function malformed(method: string, reason: string): IndexerError {
  return new IndexerError({ code: "INDEXER_SOURCE_INCONSISTENT", method, reason });
}

export function isSameChain(a: ChainIdentity, b: ChainIdentity): boolean {
  return a.chainId === b.chainId && a.genesisHash === b.genesisHash;
}

/**
 * What chain is meant where servers differ: `expected` if any server is of it, else the one that most are of, of two
 * as frequent the one that is listed first. Undefined where no server said anything.
 */
export function electChain(
  answers: readonly ChainIdentity[],
  expected: ChainIdentity | undefined,
): ChainIdentity | undefined {
  if (expected && answers.some((answer) => isSameChain(answer, expected))) return expected;
  const votes = (one: ChainIdentity) => answers.filter((other) => isSameChain(one, other)).length;
  let elected: ChainIdentity | undefined;
  for (const answer of answers)
    if (elected === undefined || votes(answer) > votes(elected)) elected = answer;
  return elected;
}

export function otherChain(where: string, expected: ChainIdentity, answered: ChainIdentity) {
  const describe = (one: ChainIdentity) => `${one.chainId} (genesis ${one.genesisHash})`;
  return new IndexerError(
    {
      code: "INDEXER_SOURCE_OTHER_CHAIN",
      ...{ where, expected: describe(expected), answered: describe(answered) },
    },
    `${where} is of chain ${describe(answered)}, the others are of ${describe(expected)}: remove it from the list`,
  );
}
