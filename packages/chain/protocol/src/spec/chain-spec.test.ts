import { keccak256 } from "@ghostchain/crypto";
import { bytesToHex } from "@ghostchain/encoding";
import { describe, expect, it } from "vitest";
import { checksumAddress } from "../checksum-address.ts";
import { parseChainSpec } from "./chain-spec.ts";
import { devAccounts } from "./dev-accounts.ts";
import { devChainSpec } from "./dev-spec.ts";
import { hardforkAt, rulesAt } from "./rules-at.ts";

const MINIMAL = {
  name: "small",
  chainId: 5,
  ledger: "accounts",
  production: { kind: "manual" },
  finality: { kind: "none" },
  hardforks: {},
  genesis: { gasLimit: "0x1388" },
};

describe("parseChainSpec", () => {
  it("fills in what may be left out", () => {
    const spec = parseChainSpec(MINIMAL);
    expect(spec.genesis).toMatchObject({ gasLimit: 5000n, timestamp: 0n, difficulty: 0n });
    expect(spec.timestamps).toBe("increasing");
  });

  it("reads amounts in every form that JSON has for them", () => {
    const address = "11".repeat(20);
    const account = { balance: "0x10", nonce: 2, storage: { "0x01": "7", 2: "0x08" } };
    const { alloc } = parseChainSpec({
      ...MINIMAL,
      genesis: { gasLimit: 5000, alloc: { [address]: account } },
    }).genesis;
    const storage = new Map([
      [2n, 8n],
      [1n, 7n],
    ]);
    expect([...alloc.values()]).toEqual([
      { balanceWei: 16n, nonce: 2n, code: new Uint8Array(), storage },
    ]);
    expect([...alloc.keys()]).toEqual([`0x${address}`]);
  });

  it.each<[string, unknown]>([
    ["chainId", { ...MINIMAL, chainId: -1 }],
    ["chainId", { ...MINIMAL, chainId: 1.5 }],
    ["name", { ...MINIMAL, name: "No Spaces" }],
    ["production.kind", { ...MINIMAL, production: { kind: "raffle" } }],
    ["production.blockTimeMs", { ...MINIMAL, production: { kind: "interval", blockTimeMs: 0 } }],
    ["timestamps", { ...MINIMAL, production: { kind: "interval", blockTimeMs: 250 } }],
    ["hardforks.osaka", { ...MINIMAL, hardforks: { osaka: {} } }],
    ["hardforks.berlin", { ...MINIMAL, hardforks: { berlin: { totalDifficulty: 1 } } }],
    [
      "hardforks.osaka",
      { ...MINIMAL, hardforks: { cancun: { timestamp: 9 }, osaka: { timestamp: 8 } } },
    ],
    ["genesis.gasLimit", { ...MINIMAL, genesis: {} }],
    ["genesis.alloc.0x12", { ...MINIMAL, genesis: { gasLimit: 1, alloc: { "0x12": {} } } }],
    ["(chain spec)", { ...MINIMAL, surprise: 1 }],
    ["(chain spec)", undefined],
  ])("names the key that is wrong: %s (%#)", (key, source) => {
    expect(() => parseChainSpec(source)).toThrowError(
      expect.objectContaining({
        fault: expect.objectContaining({
          code: "SPEC_INVALID",
          issues: expect.arrayContaining([{ key, message: expect.any(String) }]),
        }),
      }),
    );
  });
});

describe("hardforkAt", () => {
  const spec = parseChainSpec({
    ...MINIMAL,
    hardforks: {
      homestead: { block: 2 },
      london: { block: 5 },
      paris: { totalDifficulty: 100 },
      shanghai: { timestamp: 1000 },
    },
  });

  it.each([
    [0n, 0n, 0n, "frontier"],
    [1n, 0n, 10n, "frontier"],
    [2n, 0n, 20n, "homestead"],
    [4n, 0n, 20n, "homestead"],
    [5n, 0n, 99n, "london"],
    [6n, 0n, 100n, "paris"],
    [7n, 999n, undefined, "paris"],
    [7n, 1000n, undefined, "shanghai"],
  ])("of block %d at %d after difficulty %d is in force", (number, timestamp, td, expected) => {
    expect(hardforkAt(spec, number, timestamp, td)).toBe(expected);
  });
});

describe("rulesAt", () => {
  it("follows the blob schedule", () => {
    const spec = parseChainSpec({
      ...MINIMAL,
      hardforks: { cancun: { timestamp: 10 }, prague: { timestamp: 20 } },
      blobSchedule: [
        { at: { timestamp: 30 }, target: 10, max: 15, baseFeeUpdateFraction: 8346193 },
      ],
    });
    const maxAt = (timestamp: bigint) => rulesAt(spec, { number: 1n, timestamp }).blobs?.max;
    expect([9n, 10n, 20n, 30n].map(maxAt)).toEqual([undefined, 6, 9, 15]);
  });

  it("marks the ten blocks of the DAO hardfork", () => {
    const spec = parseChainSpec({ ...MINIMAL, daoForkBlock: 5 });
    const daoAt = (number: bigint) => rulesAt(spec, { number, timestamp: 0n }).dao;
    expect([4n, 5n, 6n, 14n, 15n].map(daoAt)).toEqual([
      undefined,
      "moves",
      "marks",
      "marks",
      undefined,
    ]);
  });
});

describe("devChainSpec", () => {
  it("funds the accounts that other dev chains fund", () => {
    const { genesis, chainId } = devChainSpec();
    expect(chainId).toBe(31_337n);
    const addresses = devAccounts().map(({ address }) => checksumAddress(address));
    expect(addresses.length).toBe(20);
    expect(addresses[0]).toBe("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
    expect(addresses[9]).toBe("0xa0Ee7A142d267C1f36714E4a8F75612F20a79720");
    expect(addresses[19]).toBe("0x8626f6940E2eb28930eFb4CeF49B2d1F2C9C1199");
    for (const { address } of devAccounts()) {
      expect(genesis.alloc.get(address)?.balanceWei).toBe(10_000n * 10n ** 18n);
    }
  });

  it("has the deterministic deployer whose code hash is known from other chains", () => {
    const deployer = "0x4e59b44847b379578588920ca78fbf26c0b4956c" as never;
    const code = devChainSpec().genesis.alloc.get(deployer)?.code ?? new Uint8Array();
    expect(bytesToHex(keccak256(code))).toBe(
      "0x2fa86add0aed31f33a762c9d88e807c475bd51d0f52bd0955754b2608f7e4989",
    );
  });

  it("can be produced at an interval", () => {
    const spec = devChainSpec({ production: { kind: "interval", blockTimeMs: 250 } });
    expect(spec.production).toMatchObject({ kind: "interval", blockTimeMs: 250 });
  });
});
