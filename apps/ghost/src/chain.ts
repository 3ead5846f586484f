import type { Eip1193Provider } from "@ghostchain/indexer";
import type { Service } from "@ghostchain/service";
import { createPublicClient, fallback, http, type Transport, webSocket } from "viem";
import { CommandError } from "./command-error.ts";
import { socketTransport } from "./socket-transport.ts";

/** The chain that the data plane follows: our own in this process, or anyone's behind a URL. */
export interface Chain {
  readonly chainId: number;
  /** What must run for it to be there. */
  readonly services: readonly Service[];
  /** How the data plane reaches it. */
  readonly rpc: readonly (string | Eip1193Provider)[];
  /** How viem reaches it. */
  readonly transport: Transport;
  /** Where clients reach it; known once it has started. */
  urls(): { readonly rpcUrl: string; readonly wsUrl: string };
}

/** Of ours, of anvil and of hardhat. */
export const DEV_CHAIN_ID = 31_337;

const PROBE_TIMEOUT_MS = 5_000;

/**
 * A chain that somebody else runs, behind one URL or several.
 *
 * @throws {CommandError} `RPC_UNREACHABLE` when none of them answers
 */
export async function reachChain(urls: readonly string[]): Promise<Chain> {
  const chainId = await Promise.any(urls.map(askChainId)).catch((error: AggregateError) => {
    throw error.errors[0];
  });
  const [first = ""] = urls;
  return {
    chainId,
    services: [],
    rpc: urls,
    transport: transportTo(urls),
    urls: () => publicUrls(first),
  };
}

/** To the first of `urls` that answers. Nothing is asked yet. */
export function transportTo(urls: readonly string[]): Transport {
  const transports = urls.map((url) => (isPushing(url) ? socketTransport(url) : http(url)));
  const [only, ...others] = transports;
  return only && others.length === 0 ? only : fallback(transports);
}

/** A chain for those who ask by EIP-1193. */
export function providerOf(transport: Transport): Eip1193Provider {
  const client = createPublicClient({ transport });
  return { request: ({ method, params }) => client.request({ method, params } as never) };
}

/** What clients are told of a chain's URL: not its credentials. */
export function publicUrls(url: string): { readonly rpcUrl: string; readonly wsUrl: string } {
  const shown = withoutCredentials(url);
  return { rpcUrl: shown.replace(/^ws/, "http"), wsUrl: shown.replace(/^http/, "ws") };
}

function isPushing(url: string): boolean {
  return url.startsWith("ws");
}

async function askChainId(url: string): Promise<number> {
  const once = { retryCount: 0, timeout: PROBE_TIMEOUT_MS };
  const socket = { ...once, reconnect: false, keepAlive: false };
  const transport = isPushing(url) ? webSocket(url, socket) : http(url, once);
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

function withoutCredentials(url: string): string {
  const bare = new URL(url);
  bare.username = "";
  bare.password = "";
  return bare.href === `${bare.origin}/` ? bare.origin : bare.href;
}
