import type { Eip1193Provider } from "@ghostchain/indexer";
import type { Service } from "@ghostchain/service";
import { createPublicClient, http, type Transport, webSocket } from "viem";
import { CommandError } from "./command-error.ts";

/** The chain that the data plane follows: our own in this process, or anyone's behind a URL. */
export interface Chain {
  readonly chainId: number;
  /** What must run for it to be there. */
  readonly services: readonly Service[];
  /** How the indexer reaches it. */
  readonly rpc: string | Eip1193Provider;
  /** How viem reaches it. */
  readonly transport: Transport;
  /** Where clients reach it; known once it has started. */
  urls(): { readonly rpcUrl: string; readonly wsUrl: string };
}

const PROBE_TIMEOUT_MS = 10_000;

/**
 * A chain that somebody else runs.
 *
 * @throws {CommandError} `RPC_UNREACHABLE`
 */
export async function reachChain(url: string): Promise<Chain> {
  const transport = /^ws/.test(url) ? webSocket(url) : http(url);
  const chainId = await askChainId(url, transport);
  return {
    chainId,
    services: [],
    rpc: url,
    transport,
    urls: () => ({ rpcUrl: url.replace(/^ws/, "http"), wsUrl: url.replace(/^http/, "ws") }),
  };
}

async function askChainId(url: string, transport: Transport): Promise<number> {
  const client = createPublicClient({ transport });
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error("no answer in time")), PROBE_TIMEOUT_MS).unref();
  });
  try {
    return await Promise.race([client.getChainId(), late]);
  } catch (cause) {
    const { origin } = new URL(url);
    throw new CommandError(
      { code: "RPC_UNREACHABLE", url: origin },
      `no Ethereum JSON-RPC answers at ${origin}: check RPC_URL, and that the node runs`,
      { cause },
    );
  }
}
