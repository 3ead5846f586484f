import { DevChain } from "@ghostchain/ghostnet";
import type { Service } from "@ghostchain/service";
import { type Address, createWalletClient, type Hash, type Hex, type Transport } from "viem";
import { CommandError } from "./command-error.ts";

/** The deterministic deployment proxy that dev chains have from their first block. */
export const CREATE2_DEPLOYER: Address = "0x4e59b44847b379578588920cA78FbF26c0B4956C";

export interface Deployment {
  readonly product: string;
  /** The contract's, for messages. */
  readonly name: string;
  /** Where it will be. */
  readonly address: Address;
  /** What the deployer is called with. */
  readonly data: Hex;
}

/** Puts contracts where they are not yet, from the dev chain's first account. */
export function createDeploying(transport: Transport, deployments: readonly Deployment[]): Service {
  return {
    name: "deployments",
    async start(signal) {
      const chain = new DevChain(transport);
      const sent: { deployment: Deployment; hash: Hash }[] = [];
      for (const deployment of deployments) {
        const { address, data } = deployment;
        if ((await chain.client.getCode({ address })) !== undefined) continue;
        const [account] = await chain.unlockedAccounts();
        if (account === undefined) throw failed(deployment, "the chain has no unlocked account");
        const wallet = createWalletClient({ account, transport });
        const hash = await wallet
          .sendTransaction({ to: CREATE2_DEPLOYER, data, chain: null })
          .catch((cause: Error) => {
            throw failed(deployment, cause.message.split("\n", 1)[0] ?? "", cause);
          });
        sent.push({ deployment, hash });
      }
      if (sent.length > 0) await chain.mineNow();
      for (const { deployment, hash } of sent) {
        await chain.mined(hash, signal);
        const code = await chain.client.getCode({ address: deployment.address });
        if (code === undefined) throw failed(deployment, "its constructor failed");
      }
    },
    async stop() {},
  };
}

function failed({ product, name }: Deployment, reason: string, cause?: unknown): CommandError {
  return new CommandError(
    { code: "DEPLOYMENT_FAILED", product, contract: name },
    `product ${product}: ${name} could not be deployed: ${reason}`,
    { cause },
  );
}
