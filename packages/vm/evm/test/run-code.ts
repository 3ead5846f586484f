import { keccak256 } from "@ghostchain/crypto";
import { bytesToBigInt, EMPTY_BYTES } from "@ghostchain/encoding";
import {
  type Account,
  type Address,
  addressOfWord,
  type BlockContext,
  createReferenceEvm,
  EMPTY_CODE_HASH,
  type Hardfork,
  type Hash,
  hashOfBytes,
  type MessageResult,
  type StateReader,
  type Tracer,
  type TransactionContext,
  type World,
} from "../src/index.ts";
import { assemble } from "./assembler.ts";

export const SENDER = addressOfWord(0x5e4dn);
/** The account whose code runs. */
export const HERE = addressOfWord(0x4e4en);
export const COINBASE = addressOfWord(0xc014ba5en);

export const BLOCK: BlockContext = {
  number: 1000n,
  timestamp: 1_700_000_000n,
  coinbase: COINBASE,
  gasLimit: 30_000_000n,
  baseFeeWei: 7n,
  difficulty: 0x20000n,
  prevRandao: 0x5eedn,
  blobBaseFeeWei: 3n,
  chainId: 31337n,
  blockHash: () => undefined,
};

export interface Placed {
  readonly nonce?: bigint;
  readonly balanceWei?: bigint;
  /** Bytes, or text for `assemble`. */
  readonly code?: Uint8Array | string;
  readonly storage?: ReadonlyMap<bigint, bigint>;
}

export interface Scene {
  readonly hardfork?: Hardfork;
  readonly accounts?: ReadonlyMap<Address, Placed>;
  readonly storage?: ReadonlyMap<bigint, bigint>;
  readonly balanceWei?: bigint;
  readonly data?: Uint8Array;
  readonly valueWei?: bigint;
  readonly gas?: bigint;
  readonly block?: Partial<BlockContext>;
  readonly transaction?: Partial<TransactionContext>;
  readonly tracer?: Tracer;
  /** Called once the transaction has begun. */
  readonly prepare?: (world: World) => void;
}

export interface Run extends MessageResult {
  readonly gasUsed: bigint;
  /** The output as a word. */
  readonly word: bigint;
  /** Before the transaction has ended. */
  readonly world: World;
}

/** Runs code as the account `HERE`, called by `SENDER`. */
export function runCode(code: Uint8Array | string, scene: Scene = {}): Run {
  return runMessage(HERE, scene.data ?? EMPTY_BYTES, {
    ...scene,
    accounts: new Map<Address, Placed>([
      ...(scene.accounts ?? []),
      [
        HERE,
        {
          code,
          nonce: 1n,
          balanceWei: scene.balanceWei ?? 0n,
          storage: scene.storage ?? new Map(),
        },
      ],
    ]),
  });
}

/** Runs init code as a transaction that creates a contract. */
export function runCreation(initCode: Uint8Array | string, scene: Scene = {}): Run {
  return runMessage(undefined, codeOf(initCode, scene.hardfork), scene);
}

/** The word that an expression leaves on the stack. */
export function evaluate(expression: string, scene: Scene = {}): bigint {
  const run = runCode(`${expression} 0 MSTORE 32 0 RETURN`, scene);
  if (run.halt !== undefined) throw new Error(`${expression} halted: ${run.halt}`);
  return run.word;
}

export function stateOf(accounts: ReadonlyMap<Address, Placed>, hardfork?: Hardfork): StateReader {
  const heads = new Map<Address, Account>();
  const codes = new Map<Hash, Uint8Array>();
  for (const [address, { nonce = 0n, balanceWei = 0n, code = EMPTY_BYTES }] of accounts) {
    const bytes = codeOf(code, hardfork);
    const codeHash = bytes.length === 0 ? EMPTY_CODE_HASH : hashOfBytes(keccak256(bytes));
    codes.set(codeHash, bytes);
    heads.set(address, { nonce, balanceWei, codeHash });
  }
  return {
    account: (address) => heads.get(address),
    storage: (address, slot) => accounts.get(address)?.storage?.get(slot) ?? 0n,
    code: (codeHash) => codes.get(codeHash) ?? EMPTY_BYTES,
    hasStorage: (address) => (accounts.get(address)?.storage?.size ?? 0) > 0,
  };
}

function runMessage(to: Address | undefined, data: Uint8Array, scene: Scene): Run {
  const { hardfork = "osaka", gas = 1_000_000n, valueWei = 0n } = scene;
  const accounts = new Map(scene.accounts);
  if (!accounts.has(SENDER)) accounts.set(SENDER, { balanceWei: 10n ** 18n });
  const evm = createReferenceEvm({ hardfork, tracer: scene.tracer });
  const world = evm.createWorld(stateOf(accounts, hardfork));
  world.beginTransaction();
  scene.prepare?.(world);
  const result = evm.run(
    world,
    { ...BLOCK, ...scene.block },
    { origin: SENDER, gasPriceWei: 11n, blobHashes: [], ...scene.transaction },
    { caller: SENDER, to, valueWei, data, gas },
  );
  return { ...result, gasUsed: gas - result.gasLeft, word: bytesToBigInt(result.output), world };
}

function codeOf(code: Uint8Array | string, hardfork?: Hardfork): Uint8Array {
  return typeof code === "string" ? assemble(code, hardfork) : code;
}
