import type { Hex } from "@ghostchain/encoding";
import { type ChainSpec, type ChainSpecInput, parseChainSpec } from "./chain-spec.ts";
import { devAccounts } from "./dev-accounts.ts";
import {
  BEACON_ROOTS,
  BLOCK_HASHES,
  CONSOLIDATION_REQUESTS,
  WITHDRAWAL_REQUESTS,
} from "./system-contracts.ts";

const DEV_BALANCE_WEI = 10_000n * 10n ** 18n;

/** Deploys a contract at an address that depends on its code alone; tools expect it on every chain. */
const CREATE2_DEPLOYER = {
  address: "0x4e59b44847b379578588920ca78fbf26c0b4956c",
  code: "0x7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3" as Hex,
};

/**
 * The preset `dev`: a chain for one machine with every rule of Osaka, a block for every transaction, and twenty funded
 * accounts whose keys are public. Its first block is always the same.
 */
export function devChainSpec(
  changes: Partial<Pick<ChainSpecInput, "chainId" | "production" | "targetGasLimit">> = {},
): ChainSpec {
  return parseChainSpec({
    name: "dev",
    chainId: 31_337,
    ledger: "accounts",
    production: { kind: "instant" },
    finality: { kind: "instant" },
    timestamps: "nondecreasing",
    hardforks: { osaka: { block: 0 } },
    genesis: {
      timestamp: 1_735_689_600,
      gasLimit: 150_000_000,
      alloc: Object.fromEntries([
        ...devAccounts().map(({ address }) => [address, { balance: DEV_BALANCE_WEI }]),
        ...contracts().map(({ address, code }) => [address, { nonce: 1, code }]),
      ]),
    },
    ...changes,
  });
}

function contracts(): readonly { readonly address: string; readonly code: Hex }[] {
  return [
    CREATE2_DEPLOYER,
    BEACON_ROOTS,
    BLOCK_HASHES,
    WITHDRAWAL_REQUESTS,
    CONSOLIDATION_REQUESTS,
  ];
}
