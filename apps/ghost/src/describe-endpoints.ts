import type { NetworkInfo } from "@ghostchain/api";
import { bytesToHex } from "@ghostchain/encoding";
import { checksumAddress, devAccounts } from "@ghostchain/protocol";

export interface Endpoints {
  readonly network: NetworkInfo;
  readonly apiUrl: string;
  readonly dataDir: string;
  readonly ownChain: boolean;
}

const SHOWN_ACCOUNTS = 10;

/** What a newcomer is told once everything serves. */
export function describeEndpoints({ network, apiUrl, dataDir, ownChain }: Endpoints): string {
  const lines = [
    "",
    `  page       ${apiUrl}`,
    `  API        ${apiUrl}/docs`,
    `  gateway    ${network.gatewayUrl}`,
    `  JSON-RPC   ${network.rpcUrl}  and  ${network.wsUrl}`,
    `  chain id   ${network.chainId}`,
    `  data       ${dataDir}`,
    "",
    ...Object.entries(network.contracts).map(
      ([name, { address }]) => `  ${name.padEnd(10)} ${address}`,
    ),
    "",
  ];
  if (ownChain) lines.push(...describeDevAccounts());
  return lines.join("\n");
}

/** What a dev chain's users need, and nobody else's. */
export function describeDevAccounts(): string[] {
  return [
    "  funded accounts, from a mnemonic that everyone knows: never use them elsewhere",
    ...devAccounts()
      .slice(0, SHOWN_ACCOUNTS)
      .map(({ address, privateKey }) => `  ${checksumAddress(address)}  ${bytesToHex(privateKey)}`),
    "",
  ];
}
