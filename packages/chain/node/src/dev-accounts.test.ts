import { mnemonicToAccount } from "viem/accounts";
import { expect, it } from "vitest";
import { DEV_MNEMONIC, deriveDevAccounts } from "./dev-accounts.ts";

it("derives the accounts every development tool knows", () => {
  const [first, second] = deriveDevAccounts(DEV_MNEMONIC, 2);
  expect(first).toEqual({
    address: "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266",
    privateKey: "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
  });
  expect(second?.address).toBe("0x70997970c51812dc3a010c7d01b50e0d17dc79c8");
});

it("derives what viem derives from other words", () => {
  const words = "legal winner thank year wave sausage worth useful legal winner thank yellow";
  deriveDevAccounts(words, 20).forEach((account, addressIndex) => {
    const theirs = mnemonicToAccount(words, { addressIndex });
    expect(account.address).toBe(theirs.address.toLowerCase());
  });
});
