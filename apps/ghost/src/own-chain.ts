import { createNode, createProvider } from "@ghostchain/node";
import { devAccounts, devChainSpec } from "@ghostchain/protocol";
import { createRpcDispatcher, createRpcServer } from "@ghostchain/rpc";
import type { Clock, Logger, Metrics } from "@ghostchain/service";
import { custom } from "viem";
import type { Chain } from "./chain.ts";
import { hostInUrl } from "./host.ts";
import type { Settings } from "./settings/parse-settings.ts";

/** A dev chain in this process, kept in `directory` and served on the RPC port. */
export function createOwnChain(
  deps: { clock: Clock; logger: Logger; metrics: Metrics },
  { settings, directory }: { settings: Settings; directory: string },
): Chain {
  const { logger, metrics } = deps;
  const host = settings["--host"];
  const blockTimeMs = settings["--block-time"];
  const spec = devChainSpec({
    production: blockTimeMs === 0 ? { kind: "instant" } : { kind: "interval", blockTimeMs },
  });
  const node = createNode(deps, {
    spec,
    dataDirectory: directory,
    privateKeys: devAccounts().map(({ privateKey }) => privateKey),
    devControl: true,
    historyBlocks: "all",
  });
  const dispatcher = createRpcDispatcher({ backend: node.backend, logger, metrics });
  const server = createRpcServer(
    { dispatcher, logger, metrics },
    { host, port: settings["--rpc-port"] },
  );
  const provider = createProvider(node, logger);
  return {
    chainId: Number(spec.chainId),
    services: [node, server],
    rpc: [provider],
    transport: custom(provider),
    urls: () => ({
      rpcUrl: `http://${hostInUrl(host)}:${server.port}`,
      wsUrl: `ws://${hostInUrl(host)}:${server.port}`,
    }),
  };
}
