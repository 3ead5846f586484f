import { appendFileSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createLogger, createSilentLogger } from "@ghostchain/service";
import { http } from "viem";
import { generatePrivateKey, privateKeyToAddress } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  boostAddresses,
  boostKeysOf,
  ensureBoostKeyFile,
  openBoostKeys,
} from "../../src/boosts/boost-keys.ts";
import { BOOST_TYPES, createBoostSigner, type SignedBoost } from "../../src/boosts/boost-signer.ts";
import { deployGhostnet, ghostnetAddresses } from "../../src/dev/deploy-ghostnet.ts";
import type { DevAccount } from "../../src/dev/dev-chain.ts";
import { anvil, BoostStand } from "../support/boost-stand.ts";

let stand: BoostStand;
let alice: DevAccount;
let bob: DevAccount;
const logged: string[] = [];

beforeAll(async () => {
  if (!anvil) return;
  const destination = { write: (line: string) => void logged.push(line) };
  stand = await BoostStand.open(createLogger({ level: "trace", destination }));
  [alice, bob] = [await stand.player("alice"), await stand.player("bob")];
}, 120_000);
afterAll(() => stand?.close());

async function earn(player = alice): Promise<SignedBoost> {
  const user = player.account.address;
  const answer = await stand.handIn(user, await stand.game(user, { mistakes: 0, wpm: 110 }));
  expect(answer).toMatchObject({ status: 200, body: { valid: true, accuracy: 1 } });
  return answer.body.boost;
}

describe.skipIf(!anvil)("boosts", () => {
  it("are taken by the contract as the API answered them", async () => {
    const boost = await earn();
    expect(boost).toMatchObject({ type: 0, valueBps: 3_500 });
    expect(boost.expiry).toBe(Math.floor(stand.clock.now() / 1_000) + 3_600);
    expect(await stand.apply(alice, boost)).toEqual({
      ...{ user: alice.account.address, boostType: 0, valueBps: 3_500 },
      expiry: BigInt(boost.expiry),
    });
    const args = [alice.account.address] as const;
    const read = { ...stand.core, functionName: "position", args } as const;
    expect((await stand.chain.client.readContract(read)).deathBoostBps).toBe(3_500);
  });

  it("need a live position, and leave the challenge open for who has none", async () => {
    const nobody = stand.chain.account("typist:nobody").account.address;
    const game = await stand.game(nobody);
    expect(await stand.handIn(nobody, game)).toMatchObject({
      status: 409,
      body: { error: { code: "BOOST_NEEDS_POSITION" } },
    });
    await stand.api.database.query(
      `INSERT INTO ghostnet.positions (id, user_address, level, amount, entry_at, alive, tx_hash_in)
       VALUES ('n', $1, 1, 1, now(), true, 'n')`,
      [nobody.toLowerCase()],
    );
    expect((await stand.handIn(nobody, game)).status).toBe(200);
  });

  it("come from a key file that is made once, for its owner alone", async () => {
    const path = join(stand.directory, "new", "boost-signer.key");
    await Promise.all([
      ensureBoostKeyFile(path),
      ensureBoostKeyFile(path),
      ensureBoostKeyFile(path),
    ]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const text = readFileSync(path, "utf8");
    await ensureBoostKeyFile(path);
    expect(readFileSync(path, "utf8")).toBe(text);
    const keys = await openBoostKeys({ logger: createSilentLogger() }, path);
    const [address] = await boostAddresses(keys);
    appendFileSync(path, `\n# another\n${generatePrivateKey().slice(2)}\n`);
    expect(await boostAddresses(keys)).toEqual([address, expect.stringMatching(/^0x/)]);
    writeFileSync(path, "# none\n");
    await expect(openBoostKeys({ logger: createSilentLogger() }, path)).rejects.toMatchObject({
      fault: { code: "BOOST_KEYS_INVALID", where: path, reason: "it holds no key" },
    });
  });

  it("are trusted by the contract from the deployment on, which does not change what is right", async () => {
    const signers = async () =>
      stand.chain.client.readContract({ ...stand.core, functionName: "boostSigner" });
    const before = await signers();
    const other = privateKeyToAddress(generatePrivateKey());
    await deployGhostnet(stand.chain, { boostSigners: [other, before] });
    expect(await signers()).toBe(before);
    const deployment = await deployGhostnet(stand.chain, { boostSigners: [other] });
    expect(await signers()).toBe(other);
    const deployer = stand.chain.account("deployer").account.address;
    expect(deployment).toEqual(ghostnetAddresses(deployer));
    await trust(before);
  });
});

describe.skipIf(!anvil)("an attack on boosts:", () => {
  it("the same nonce again", async () => {
    const boost = await earn();
    expect(await stand.apply(alice, boost)).toMatchObject({ valueBps: 3_500 });
    expect(await stand.apply(alice, boost)).toBe("BoostNonceUsed");
    expect((await earn()).nonce).not.toBe((await earn()).nonce);
  });

  it("another user's boost", async () => {
    expect(await stand.apply(bob, await earn(alice))).toBe("BoostSignatureInvalid");
  });

  it("a boost made larger, longer or of another type", async () => {
    const boost = await earn();
    for (const forged of [
      { ...boost, valueBps: 9_999 },
      { ...boost, expiry: boost.expiry + 1 },
      { ...boost, type: 1 },
      { ...boost, nonce: `0x${"00".repeat(32)}` as const },
    ])
      expect(await stand.apply(alice, forged)).toBe("BoostSignatureInvalid");
  });

  it("a boost of another chain, or of another contract", async () => {
    const keys = boostKeysOf(stand.privateKey, "the test");
    const transport = http(String(stand.chain.client.transport.url));
    const { ghostCore, dataToken } = stand.deployment;
    const signing = { user: alice.account.address, type: 0, valueBps: 500 };
    const settings = { chainId: 6_343, ghostCore };
    const elsewhere = createBoostSigner({ keys, transport, clock: stand.clock }, settings);
    const boost = await elsewhere.sign(stand.api.database, signing);
    expect(await stand.apply(alice, boost)).toBe("BoostSignatureInvalid");
    const [account] = await keys.accounts();
    const signature = await account?.signTypedData({
      domain: { name: "GHOSTNET", version: "1", chainId: 31_337, verifyingContract: dataToken },
      ...{ types: BOOST_TYPES, primaryType: "Boost" },
      message: { ...signing, boostType: 0, expiry: BigInt(boost.expiry), nonce: boost.nonce },
    });
    const foreign = { ...boost, signature: signature ?? "0x" };
    expect(await stand.apply(alice, foreign)).toBe("BoostSignatureInvalid");
  });

  it("one that has expired", async () => {
    const boost = await earn(bob);
    const request = stand.chain.client.request as (call: object) => Promise<unknown>;
    const snapshot = await request({ method: "evm_snapshot" });
    await request({ method: "evm_setNextBlockTimestamp", params: [boost.expiry + 1] });
    await request({ method: "evm_mine" });
    expect(await stand.apply(bob, boost)).toBe("BoostExpired");
    await request({ method: "evm_revert", params: [snapshot] });
  });

  it("the key in a log, an error or an answer", async () => {
    const key = stand.privateKey.slice(2);
    writeFileSync(stand.keyFile, `${stand.privateKey}zz\n`);
    const message = await openBoostKeys({ logger: createSilentLogger() }, stand.keyFile).catch(
      (error: Error) => `${error.message} ${error.stack} ${JSON.stringify(error)}`,
    );
    expect(message).toMatch(/BOOST_KEYS_INVALID/);
    const thrown = [`${key}00`, `0x${"f".repeat(64)}`].map((text) => {
      try {
        return boostKeysOf(text, "BOOST_SIGNER_PRIVATE_KEY");
      } catch (error) {
        return `${String(error)} ${JSON.stringify(error)}`;
      }
    });
    expect(thrown[0]).toContain("BOOST_SIGNER_PRIVATE_KEY");
    const dave = await stand.player("dave");
    await stand.handIn(dave.account.address, await stand.game(dave.account.address));
    const everything = [message, ...thrown, ...logged].join("\n").toLowerCase();
    expect(logged.join("")).toContain("key file is no longer valid");
    expect(everything).not.toContain(key);
    expect(everything).not.toContain("f".repeat(64));
    stand.writeKeys(stand.privateKey);
  });
});

describe.skipIf(!anvil)("boosts, when the signer's key changes", () => {
  it("are signed with the key that the contract trusts at that moment, without a pause", async () => {
    const next = generatePrivateKey();
    stand.writeKeys(next, stand.privateKey);
    expect(await stand.apply(bob, await earn(bob))).toMatchObject({ valueBps: 3_500 });
    await trust(privateKeyToAddress(next));
    // as the indexed BoostSignerUpdated tells it, before the few seconds of the cache are over
    await stand.api.database.query(
      `INSERT INTO ghostnet.game (id, boost_signer) VALUES (1, $1)
       ON CONFLICT (id) DO UPDATE SET boost_signer = $1`,
      [privateKeyToAddress(next).toLowerCase()],
    );
    expect(await stand.apply(bob, await earn(bob))).toMatchObject({ valueBps: 3_500 });
    stand.writeKeys(next);
    expect(await stand.apply(bob, await earn(bob))).toMatchObject({ valueBps: 3_500 });
  });

  it("are refused with 503, and the game left open, while no key is the contract's", async () => {
    await trust(privateKeyToAddress(generatePrivateKey()));
    await stand.clock.advance(4_000);
    const user = bob.account.address;
    const game = await stand.game(user);
    expect(await stand.handIn(user, game)).toMatchObject({
      status: 503,
      body: { error: { code: "BOOST_SIGNER_MISSING" } },
    });
    stand.writeKeys(stand.privateKey);
    await trust(privateKeyToAddress(stand.privateKey));
    await stand.clock.advance(4_000);
    expect((await stand.handIn(user, game)).status).toBe(200);
  });

  it("keep the keys there were when the file is broken or gone", async () => {
    writeFileSync(stand.keyFile, "not a key\n");
    const again = stand.chain.account("typist:carol");
    await stand.player("carol");
    expect(await stand.apply(again, await earn(again))).toMatchObject({ valueBps: 3_500 });
    stand.writeKeys(stand.privateKey);
  });
});

async function trust(signer: `0x${string}`): Promise<void> {
  const deployer = stand.chain.account("deployer");
  const call = { ...stand.core, functionName: "setBoostSigner", args: [signer] } as const;
  await stand.chain.mined(await deployer.wallet.writeContract({ ...call, chain: null }));
}
