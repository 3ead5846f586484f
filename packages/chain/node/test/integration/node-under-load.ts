import { writeSync } from "node:fs";
import { devAccounts, devChainSpec, signTransaction } from "@ghostchain/protocol";
import { createMetrics, createSilentLogger } from "@ghostchain/service";
import { createNode } from "../../src/node.ts";

/**
 * A node that sends transfers to itself until it is killed, and says on standard output, a line a transaction, which
 * it has announced as mined: hash, block number, block hash.
 */

const [dataDirectory = ""] = process.argv.slice(2);
const spec = devChainSpec({ production: { kind: "interval", blockTimeMs: 25 } });
const node = createNode(
  { logger: createSilentLogger(), metrics: createMetrics({ processMetrics: false }) },
  { spec, dataDirectory, recoveryWorkers: 0, historyBlocks: 64 },
);

node.backend.onHead(({ added }) => {
  const lines = added.flatMap(({ block, hash, transactionHashes }) =>
    transactionHashes.map((transaction) => `${transaction} ${block.header.number} ${hash}\n`),
  );
  writeSync(1, lines.join(""));
});

await node.start(new AbortController().signal);
writeSync(1, "running\n");

const accounts = devAccounts();
for (let sent = 0; ; sent += 1) {
  const from = accounts[sent % accounts.length];
  const to = accounts[(sent * 7 + 3) % accounts.length]?.address;
  if (from === undefined) break;
  const { encoded } = signTransaction(
    {
      type: 2,
      chainId: spec.chainId,
      nonce: node.backend.pool.pendingNonce(from.address),
      gasLimit: 21_000n,
      to,
      valueWei: 1n,
      data: new Uint8Array(),
      accessList: [],
      maxFeePerGasWei: 10n ** 11n,
      maxPriorityFeePerGasWei: 10n ** 9n,
    },
    from.privateKey,
  );
  await node.backend.submit(encoded);
}
