import type { EIP1193Provider, EIP6963ProviderDetail } from "mipd";
import { createWalletClient, type Hex, http } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";

const STORAGE_KEY = "ghostchain.burner-wallet";

type RequestArguments = { method: string; params?: readonly unknown[] };

/**
 * A wallet for people who have none, on a dev chain only: a key made in this browser and kept in its local
 * storage. It speaks EIP-1193 like any other, so nothing else on the page knows the difference.
 */
export function createBurnerWallet(rpcUrl: string, chainId: number): EIP6963ProviderDetail {
  const account = privateKeyToAccount(storedKey());
  const client = createWalletClient({ account, transport: http(rpcUrl) });
  const request = async ({ method, params = [] }: RequestArguments): Promise<unknown> => {
    switch (method) {
      case "eth_requestAccounts":
      case "eth_accounts":
        return [account.address];
      case "eth_chainId":
        return `0x${chainId.toString(16)}`;
      case "personal_sign":
        return account.signMessage({ message: { raw: params[0] as Hex } });
      case "eth_sendTransaction": {
        const { to, data, value } = params[0] as { to?: Hex; data?: Hex; value?: Hex };
        return client.sendTransaction({
          chain: null,
          to: to ?? null,
          ...(data ? { data } : {}),
          ...(value ? { value: BigInt(value) } : {}),
        });
      }
      default:
        return client.request({ method, params } as never);
    }
  };
  const provider = { request, on: () => {}, removeListener: () => {} } as unknown as EIP1193Provider;
  return {
    info: {
      uuid: "9d5cf2ab-3f6a-4b0e-9f67-2b7b3f6f5a10",
      name: "Burner wallet (dev chain)",
      icon: "data:image/svg+xml,",
      rdns: "chain.ghost.burner",
    },
    provider,
  };
}

function storedKey(): Hex {
  const stored = localStorage.getItem(STORAGE_KEY);
  if (stored && /^0x[0-9a-f]{64}$/.test(stored)) return stored as Hex;
  const fresh = generatePrivateKey();
  localStorage.setItem(STORAGE_KEY, fresh);
  return fresh;
}
