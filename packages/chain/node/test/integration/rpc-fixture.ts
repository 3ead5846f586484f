import { bytesToHex } from "@ghostchain/encoding";
import {
  createPublicClient,
  createTestClient,
  createWalletClient,
  custom,
  type Hex,
  type PublicClient,
  type TestClient,
  type Transport,
  type WalletClient,
} from "viem";
import { type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";
import { foundry } from "viem/chains";
import { onTestFinished } from "vitest";
import { createDevChain, type DevChain } from "../../src/dev-chain.ts";

/**
 * Called without data it adds one to slot 0, logs the sum under topic 42 and returns it. Called with data it
 * reverts with that data.
 */
const COUNTER_RUNTIME =
  "36601d576000546001018060005560005260" + "2a60206000a160206000f35b3660006000373660" + "00fd";
const COUNTER_CODE: Hex = `0x6028600c60003960286000f3${COUNTER_RUNTIME}`;

/** The topic that the counter logs under. */
export const COUNTED: Hex = `0x${"2a".padStart(64, "0")}`;

export interface StartedChain {
  readonly chain: DevChain;
  /** A request as it is, past viem. */
  ask(method: string, ...params: unknown[]): Promise<unknown>;
  readonly alice: PrivateKeyAccount;
  readonly bob: PrivateKeyAccount;
  readonly reader: PublicClient<Transport, typeof foundry>;
  readonly wallet: WalletClient<Transport, typeof foundry, PrivateKeyAccount>;
  readonly anvil: TestClient<"anvil", Transport, typeof foundry>;
  readonly hardhat: TestClient<"hardhat", Transport, typeof foundry>;
}

/** A dev chain with viem's clients for it, stopped when the test is over. */
export async function startChain(): Promise<StartedChain> {
  const chain = await createDevChain();
  onTestFinished(() => chain.stop());
  const [alice, bob] = chain.accounts.map(({ privateKey }) =>
    privateKeyToAccount(bytesToHex(privateKey)),
  );
  if (!alice || !bob) throw new Error("a dev chain has accounts");
  const transport = custom(chain.provider);
  const shared = { chain: foundry, transport, cacheTime: 0, pollingInterval: 10 };
  return {
    chain,
    ask: (method, ...params) => chain.provider.request({ method, params }),
    alice,
    bob,
    reader: createPublicClient(shared),
    wallet: createWalletClient({ ...shared, account: alice }),
    anvil: createTestClient({ ...shared, mode: "anvil" }),
    hardhat: createTestClient({ ...shared, mode: "hardhat" }),
  };
}

export async function deployCounter({ wallet, reader }: StartedChain): Promise<Hex> {
  const hash = await wallet.sendTransaction({ data: COUNTER_CODE });
  const { contractAddress } = await reader.getTransactionReceipt({ hash });
  if (!contractAddress) throw new Error("the counter was not deployed");
  return contractAddress;
}
