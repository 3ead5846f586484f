/** A node with a data directory and a JSON-RPC port, and nothing else: what anvil is compared with. */
import { createNode } from "@ghostchain/node";
import { devAccounts, devChainSpec } from "@ghostchain/protocol";
import { createRpcDispatcher, createRpcServer } from "@ghostchain/rpc";
import { createLogger, createMetrics, runServices } from "@ghostchain/service";

const [dataDirectory = "", blockTimeMs = "1000"] = process.argv.slice(2);
const logger = createLogger({ level: "warn" });
const node = createNode(
  { logger, metrics: createMetrics({ processMetrics: false }) },
  {
    spec: devChainSpec({ production: { kind: "interval", blockTimeMs: Number(blockTimeMs) } }),
    dataDirectory,
    privateKeys: devAccounts().map(({ privateKey }) => privateKey),
    devControl: true,
  },
);
const dispatcher = createRpcDispatcher({ backend: node.backend, logger });
const server = createRpcServer({ dispatcher, logger }, { host: "127.0.0.1", port: 0 });
const stop = await runServices([node, server], new AbortController().signal, logger);
console.log(`listening on 127.0.0.1:${server.port}`);
process.once("SIGINT", () => void stop());
