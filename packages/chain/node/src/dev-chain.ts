import { type ChainSpec, type DevAccount, devAccounts, devChainSpec } from "@ghostchain/protocol";
import {
  createProvider as createDispatcherProvider,
  createRpcDispatcher,
  createRpcServer,
  type RpcDispatcher,
  type RpcProvider,
} from "@ghostchain/rpc";
import { createMetrics, createSilentLogger, type Logger, runServices } from "@ghostchain/service";
import { createNode, type GhostNode } from "./node.ts";

export interface DevChainOptions {
  /** Default: the preset `dev`, a block for every transaction. */
  readonly spec?: ChainSpec;
  /** Keeps the chain; absent, it is gone when stopped. */
  readonly dataDirectory?: string;
  /** Serves JSON-RPC on this port of the loopback interface too; 0 takes any free one. */
  readonly rpcPort?: number;
  readonly logger?: Logger;
}

export interface DevChain {
  /** The chain in this process, for viem, ethers or anything that takes a wallet's provider. */
  readonly provider: RpcProvider;
  /** Where JSON-RPC is served, over HTTP and WebSocket; undefined unless a port was asked for. */
  readonly rpcUrl: string | undefined;
  /** Funded, and their keys are public. */
  readonly accounts: readonly DevAccount[];
  readonly node: GhostNode;
  /** Idempotent. */
  stop(): Promise<void>;
}

/**
 * Starts a whole chain inside this process, for a test: in memory, with funded accounts and a block for every
 * transaction.
 */
export async function createDevChain(options: DevChainOptions = {}): Promise<DevChain> {
  const logger = options.logger ?? createSilentLogger();
  const accounts = devAccounts();
  const node = createNode(
    { logger, metrics: createMetrics({ processMetrics: false }) },
    {
      spec: options.spec ?? devChainSpec(),
      dataDirectory: options.dataDirectory,
      privateKeys: accounts.map(({ privateKey }) => privateKey),
      devControl: true,
      historyBlocks: "all",
    },
  );
  const dispatcher = createRpcDispatcher({ backend: node.backend, logger });
  const server = serverFor(dispatcher, logger, options.rpcPort);
  const services = server === undefined ? [node] : [node, server];
  const stopServices = await runServices(services, new AbortController().signal, logger);
  const provider = createDispatcherProvider(dispatcher);
  return {
    provider,
    rpcUrl: server && `http://127.0.0.1:${server.port}`,
    accounts,
    node,
    async stop() {
      provider.close();
      dispatcher.close();
      await stopServices();
    },
  };
}

function serverFor(dispatcher: RpcDispatcher, logger: Logger, port: number | undefined) {
  return port === undefined
    ? undefined
    : createRpcServer({ dispatcher, logger }, { host: "127.0.0.1", port });
}
