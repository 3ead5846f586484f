import { keccak256, publicKeyOf, SECP256K1_ORDER, signDigest } from "@ghostchain/crypto";
import { bigIntToBytes, concatBytes, encodeRlp, hexToBytes } from "@ghostchain/encoding";
import { addressOfWord, delegationTo, ZERO_ADDRESS } from "@ghostchain/evm";
import { type Authorization, addressOfPublicKey } from "@ghostchain/protocol";
import { describe, expect, it } from "vitest";
import { applyAuthorizations, authorizationSigner } from "./apply-authorizations.ts";
import { executeTransaction } from "./execute-transaction.ts";
import { blockOn, CHAIN_ID, fromSender, type Held, transferOf } from "./execution-fixture.ts";

const KEY = new Uint8Array(32).fill(7);
const SIGNER = addressOfPublicKey(publicKeyOf(KEY));
const TARGET = addressOfWord(0x7a46e7n);

function authorize(fields: Partial<Authorization> = {}): Authorization {
  const { chainId = CHAIN_ID, address = TARGET, nonce = 0n } = fields;
  const message = encodeRlp([bigIntToBytes(chainId), hexToBytes(address), bigIntToBytes(nonce)]);
  const { r, s, yParity } = signDigest(keccak256(concatBytes(Uint8Array.of(5), message)), KEY);
  return { chainId, address, nonce, r, s, yParity: BigInt(yParity), ...fields };
}

function apply(authorizations: readonly Authorization[], held?: Held) {
  const { world } = blockOn(held === undefined ? [] : [[SIGNER, held]]);
  world.beginTransaction();
  return { refund: applyAuthorizations(world, authorizations, CHAIN_ID), world };
}

describe("applyAuthorizations", () => {
  it("points the signer's account to the code and uses the nonce", () => {
    const { world, refund } = apply([authorize()]);
    expect(world.code(SIGNER)).toEqual(delegationTo(TARGET));
    expect(world.account(SIGNER)?.nonce).toBe(1n);
    expect(refund).toBe(0n);
  });

  it("refunds half where the account was there", () => {
    expect(apply([authorize()], { balanceWei: 1n }).refund).toBe(12_500n);
  });

  it("takes one for any chain, several in a row, and one that takes a delegation back", () => {
    expect(apply([authorize({ chainId: 0n })]).world.account(SIGNER)?.nonce).toBe(1n);
    const { world, refund } = apply([authorize(), authorize({ nonce: 1n, address: ZERO_ADDRESS })]);
    expect(world.code(SIGNER)).toEqual(new Uint8Array(0));
    expect(world.account(SIGNER)?.nonce).toBe(2n);
    expect(refund).toBe(12_500n);
  });

  it("passes over those that do not hold", () => {
    const valid = authorize();
    const wrong: readonly (readonly [Authorization, Held?])[] = [
      [authorize({ chainId: CHAIN_ID + 1n })],
      [authorize({ nonce: 1n })],
      [authorize({ nonce: 2n ** 64n - 1n }), { nonce: 2n ** 64n - 1n }],
      [valid, { nonce: 1n }],
      [valid, { code: Uint8Array.of(0) }],
      [{ ...valid, yParity: 2n }],
      [{ ...valid, s: SECP256K1_ORDER - valid.s, yParity: 1n - valid.yParity }],
      [{ ...valid, r: 0n }],
    ];
    for (const [authorization, held] of wrong) {
      const { world, refund } = apply([authorization], held);
      expect(world.changes().accounts.size).toBe(0);
      expect(refund).toBe(0n);
    }
  });

  it("names the signer", () => {
    expect(authorizationSigner(authorize())).toBe(SIGNER);
    expect(authorizationSigner({ ...authorize(), r: 0n })).toBeUndefined();
  });

  it("stands even where the transaction fails", () => {
    const execution = blockOn([[TARGET, { code: hexToBytes("0xfe") }]]);
    const executed = executeTransaction(
      execution,
      fromSender({ ...transferOf({ to: SIGNER }), type: 4, authorizations: [authorize()] }),
    );
    expect(executed).toMatchObject({ succeeded: false, gasUsed: 100_000n });
    expect(execution.world.code(SIGNER)).toEqual(delegationTo(TARGET));
  });

  it("runs the code a delegation points to, warm, as the account itself", () => {
    // Stores its own address: ADDRESS PUSH0 SSTORE
    const execution = blockOn([[TARGET, { code: hexToBytes("0x305f55") }]]);
    const executed = executeTransaction(
      execution,
      fromSender({ ...transferOf({ to: SIGNER }), type: 4, authorizations: [authorize()] }),
    );
    expect(executed.gasUsed).toBe(21_000n + 25_000n + 2n + 2n + 22_100n);
    expect(execution.world.storage(SIGNER, 0n)).toBe(BigInt(SIGNER));
  });
});
