import { type Anvil, findAnvil, startAnvil } from "@ghostchain/tools/anvil";
import {
  type Address,
  concatHex,
  getAddress,
  type Hex,
  hashMessage,
  pad,
  parseSignature,
  toHex,
} from "viem";
import { generatePrivateKey, privateKeyToAccount, sign } from "viem/accounts";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createSignatureCheck } from "../../src/contract-signature.ts";
import { ApiStand, ask, signLogin } from "../api-stand.ts";
import { compileWallets } from "../contracts/compile-wallets.ts";

const binary = findAnvil();
const wallets = compileWallets();
const owner = privateKeyToAccount(generatePrivateKey());

let stand: ApiStand;
let anvil: Anvil;
let wallet: Address;
let rogue: Address;

beforeAll(async () => {
  if (binary === undefined) return;
  stand = await ApiStand.open();
  anvil = await startAnvil(binary);
  wallet = await deploy(concatHex([wallets.OwnerWallet, pad(owner.address)]));
  rogue = await deploy(wallets.RogueWallet);
});
afterEach(() => stand?.clear());
afterAll(async () => {
  await anvil?.stop();
  await stand?.close();
});

const open = () => stand.api({}, { checkSignature: createSignatureCheck({ rpc: anvil.url }) });
const loginAs = async (
  url: string,
  address: Address,
  signer: (message: string) => Promise<Hex>,
) => {
  const { message } = await signLogin(url, { address });
  return ask(`${url}/auth/verify`, { json: { message, signature: await signer(message) } });
};
const signedByOwner = (message: string) => owner.signMessage({ message });

describe.skipIf(binary === undefined)("a login by a contract (ERC-1271)", () => {
  it("is taken where the contract says that the signature is its own", async () => {
    const { url } = await open();
    expect(await loginAs(url, wallet, signedByOwner)).toMatchObject({
      status: 200,
      body: { address: wallet, token: expect.any(String) },
    });
  });

  it("is taken over a provider in this process too", async () => {
    const rpc = {
      request: ({ method, params = [] }: { method: string; params?: readonly unknown[] }) =>
        anvil.call(method, ...params),
    };
    const { url } = await stand.api({}, { checkSignature: createSignatureCheck({ rpc }) });
    expect(await loginAs(url, wallet, signedByOwner)).toMatchObject({ status: 200 });
  });

  it("is refused to whoever does not own it, and for another message", async () => {
    const { url } = await open();
    const stranger = privateKeyToAccount(generatePrivateKey());
    for (const signer of [
      (message: string) => stranger.signMessage({ message }),
      (message: string) => owner.signMessage({ message: `${message} ` }),
      async () => "0x00" as const,
    ]) {
      expect(await loginAs(url, wallet, signer)).toMatchObject({
        status: 401,
        body: { error: { code: "LOGIN_SIGNATURE_INVALID" } },
      });
    }
  });

  it.each([
    ["reverts", "0x00"],
    ["never ends", "0x01"],
    ["answers with the magic of another standard", "0x02"],
    ["answers true", "0x03"],
    ["answers with half a word", "0x04"],
    ["answers with a megabyte", "0x05"],
    ["answers with a word that only begins right", "0x06"],
  ] as const)("is refused to a contract that %s", async (_, signature) => {
    const { url } = await open();
    const startedAt = performance.now();
    expect(await loginAs(url, rogue, async () => signature)).toMatchObject({
      status: 401,
      body: { error: { code: "LOGIN_SIGNATURE_INVALID" } },
    });
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  });

  it("keeps the key of an account that has delegated its code (EIP-7702)", async () => {
    const { url } = await open();
    await anvil.call("anvil_setCode", owner.address, concatHex(["0xef0100", rogue]));
    expect(await loginAs(url, owner.address, signedByOwner)).toMatchObject({ status: 200 });
  });
});

describe.skipIf(binary === undefined)("a login whose key does not sign for it", () => {
  it("asks no chain about an account whose key signed, and no contract where none is", async () => {
    const asked: string[] = [];
    const rpc = {
      request: ({ method, params = [] }: { method: string; params?: readonly unknown[] }) => {
        asked.push(method);
        return anvil.call(method, ...params);
      },
    };
    const { url } = await stand.api({}, { checkSignature: createSignatureCheck({ rpc }) });
    const { message, signature } = await signLogin(url);
    expect(await ask(`${url}/auth/verify`, { json: { message, signature } })).toMatchObject({
      status: 200,
    });
    expect(asked).toEqual([]);
    const nobody = privateKeyToAccount(generatePrivateKey()).address;
    expect(await loginAs(url, nobody, signedByOwner)).toMatchObject({ status: 401 });
    expect(asked).toEqual(["eth_getCode"]);
  });

  it("refuses the mirror of a key's signature (malleable s), also where a chain could be asked", async () => {
    const { url } = await open();
    const key = generatePrivateKey();
    const { address } = privateKeyToAccount(key);
    const mirrored = async (message: string) => {
      const { r, s, yParity } = parseSignature(
        await sign({ hash: hashMessage(message), privateKey: key, to: "hex" }),
      );
      const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
      const high = toHex(order - BigInt(s), { size: 32 });
      return concatHex([r, high, yParity === 0 ? "0x1c" : "0x1b"]);
    };
    expect(await loginAs(url, address, mirrored)).toMatchObject({ status: 401 });
  });

  it("is slowed down before the chain is asked", async () => {
    let asked = 0;
    const rpc = {
      request: async () => {
        asked += 1;
        return "0x";
      },
    };
    const { url } = await stand.api(
      { limits: { anonymousPerMinute: 1e6, userPerMinute: 1e6, loginsPerMinute: 2 } },
      { checkSignature: createSignatureCheck({ rpc }) },
    );
    for (const status of [401, 401, 429, 429]) {
      expect(await loginAs(url, wallet, async () => "0x00")).toMatchObject({ status });
    }
    expect(asked).toBe(2);
  });
});

async function deploy(data: Hex): Promise<Address> {
  const [from] = (await anvil.call("eth_accounts")) as Address[];
  const hash = await anvil.call("eth_sendTransaction", { from, data, gas: "0x200000" });
  for (;;) {
    const receipt = await anvil.call("eth_getTransactionReceipt", hash);
    if (receipt !== null)
      return getAddress((receipt as { contractAddress: Address }).contractAddress);
    await new Promise((wake) => setTimeout(wake, 10)); // it mines a moment after it answers
  }
}
