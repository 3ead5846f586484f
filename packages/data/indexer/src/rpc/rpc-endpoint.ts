import type { Hash } from "viem";
import { IndexerError } from "../indexer-error.ts";
import { EndpointHealth, type Outcome } from "./endpoint-health.ts";
import type { RpcConnection } from "./rpc-connection.ts";

/** What one chain is told from another by. */
export interface ChainIdentity {
  readonly chainId: bigint;
  readonly genesisHash: Hash;
}

/** One of the servers that a chain is read from. */
export class RpcEndpoint {
  /** Its place in the settings. */
  readonly index: number;
  readonly connection: RpcConnection;
  readonly health = new EndpointHealth();
  /** What it was found to be of since it last failed: a server that was away may come back as another. */
  identity: ChainIdentity | undefined;
  /** Its newest block when it was asked what it is of, as it came. */
  newest: unknown;
  /** While it is being asked what it is of. */
  identifying: Promise<ChainIdentity> | undefined;

  constructor(index: number, connection: RpcConnection) {
    this.index = index;
    this.connection = connection;
  }

  get where(): string {
    return this.connection.where;
  }
}

/** What a failure says about who failed; undefined where the failure is our own. */
export function outcomeOf(error: unknown): Exclude<Outcome, "ok"> | undefined {
  if (!(error instanceof IndexerError)) return undefined;
  switch (error.code) {
    case "INDEXER_SOURCE_UNREACHABLE":
      return "unreachable";
    case "INDEXER_SOURCE_BUSY":
      return "busy";
    case "INDEXER_SOURCE_REFUSED":
    case "INDEXER_SOURCE_OTHER_CHAIN":
      return "refused";
    case "INDEXER_SOURCE_BEHIND":
      return "behind";
    case "INDEXER_SOURCE_INCONSISTENT":
      return "inconsistent";
    default:
      return undefined;
  }
}

/** One line of why nobody answered. */
export function reasonOf(error: unknown): string {
  if (error instanceof IndexerError && "reason" in error.fault) return String(error.fault.reason);
  return error instanceof Error ? error.message : String(error);
}
