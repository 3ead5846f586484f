import { keccak256 } from "@ghostchain/crypto";
import { bigIntToFixedBytes, concatBytes, hexToBytes } from "@ghostchain/encoding";
import { type Address, hashOfBytes, parseAddress } from "@ghostchain/evm";
import { compileLoops } from "./compile.ts";

export const CALLER = parseAddress(`0x${"ca".repeat(20)}`);
export const LOOPS = parseAddress(`0x${"10".repeat(20)}`);
export const TOKEN = parseAddress(`0x${"70".repeat(20)}`);

/** One call with the contracts it needs. */
export interface Workload {
  readonly name: string;
  /** Rounds in the call. */
  readonly count: number;
  readonly data: Uint8Array;
  readonly gas: bigint;
  readonly contracts: ReadonlyMap<Address, Contract>;
}

export interface Contract {
  readonly code: Uint8Array;
  readonly storage: ReadonlyMap<bigint, bigint>;
}

export function makeWorkloads(): Workload[] {
  const { loops, token } = compileLoops();
  const holdings = new Map([[balanceSlot(LOOPS), 10n ** 30n]]);
  const contracts = new Map<Address, Contract>([
    [LOOPS, { code: hexToBytes(`0x${loops.deployedBytecode.object}`), storage: new Map() }],
    [TOKEN, { code: hexToBytes(`0x${token.deployedBytecode.object}`), storage: holdings }],
  ]);
  const workload = (name: string, signature: string, count: number, args: bigint[]): Workload => ({
    name,
    count,
    data: concatBytes(
      hexToBytes(`0x${loops.methodIdentifiers[signature]}`),
      ...args.map((arg) => bigIntToFixedBytes(arg, 32)),
    ),
    gas: 1_000_000_000n,
    contracts,
  });
  return [
    workload("arithmetic", "arithmetic(uint256)", 10_000, [10_000n]),
    workload("keccak", "hashing(uint256)", 5_000, [5_000n]),
    workload("storage", "storing(uint256)", 3_000, [3_000n]),
    workload("ERC-20", "transfers(address,uint256)", 500, [BigInt(TOKEN), 500n]),
  ];
}

/** Where OpenZeppelin's ERC20 keeps a balance: its mapping is the first variable. */
function balanceSlot(holder: Address): bigint {
  const key = concatBytes(bigIntToFixedBytes(BigInt(holder), 32), bigIntToFixedBytes(0n, 32));
  return BigInt(hashOfBytes(keccak256(key)));
}
