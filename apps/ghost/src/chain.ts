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

const PROBE_TIMEOUT_MS = 5_000;
/** A node may be away for a day and be found again. */
const RECONNECT = { reconnect: { attempts: 86_400, delay: 1_000 }, keepAlive: true } as const;

/**
 * A chain that somebody else runs.
 *
 * @throws {CommandError} `RPC_UNREACHABLE`
 */
export async function reachChain(url: string): Promise<Chain> {
  const chainId = await askChainId(url);
  const shown = withoutCredentials(url);
  return {
    chainId,
    services: [],
    rpc: url,
    transport: /^ws/.test(url) ? webSocket(url, RECONNECT) : http(url),
    urls: () => ({ rpcUrl: shown.replace(/^ws/, "http"), wsUrl: shown.replace(/^http/, "ws") }),
  };
}

async function askChainId(url: string): Promise<number> {
  const once = { retryCount: 0, timeout: PROBE_TIMEOUT_MS };
  const socket = { ...once, reconnect: false, keepAlive: false };
  const transport = /^ws/.test(url) ? webSocket(url, socket) : http(url, once);
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error("no answer in time")), PROBE_TIMEOUT_MS).unref();
  });
  try {
    return await Promise.race([createPublicClient({ transport }).getChainId(), late]);
  } catch (cause) {
    const { origin } = new URL(url);
    throw new CommandError(
      { code: "RPC_UNREACHABLE", url: origin },
      `no Ethereum JSON-RPC answers at ${origin}: check RPC_URL, and that the node runs`,
      { cause },
    );
  }
}

/** Clients are told the URL too. */
function withoutCredentials(url: string): string {
  const bare = new URL(url);
  bare.username = "";
  bare.password = "";
  return bare.href === `${bare.origin}/` ? bare.origin : bare.href;
}
