import {
  createRpcDispatcher,
  createProvider as createRpcProvider,
  type RpcProvider,
} from "@ghostchain/rpc";
import { createSilentLogger, type Logger } from "@ghostchain/service";
import type { GhostNode } from "./node.ts";

/** An EIP-1193 provider of a node in this process: requests and subscriptions without a socket. */
export function createProvider(
  node: Pick<GhostNode, "backend">,
  logger: Logger = createSilentLogger(),
): RpcProvider {
  const dispatcher = createRpcDispatcher({ backend: node.backend, logger });
  const provider = createRpcProvider(dispatcher);
  return {
    request: (request) => provider.request(request),
    on(event, listener) {
      provider.on(event, listener);
      return this;
    },
    removeListener(event, listener) {
      provider.removeListener(event, listener);
      return this;
    },
    close() {
      provider.close();
      dispatcher.close();
    },
  };
}
