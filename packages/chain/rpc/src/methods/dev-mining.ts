import { type Hex, toQuantity } from "@ghostchain/encoding";
import type { DevControl, RpcBackend } from "../backend.ts";
import { requireBlock } from "../environment.ts";
import { formatBlock } from "../format/block.ts";
import { type MethodTable, method, optional, required } from "../method.ts";
import {
  countUpTo,
  field,
  invalidValue,
  listOf,
  readAddress,
  readBoolean,
  readBytes,
  readHash,
  readLooseUint64,
  readObject,
  readQuantity,
} from "../read/value.ts";
import { underNames } from "./dev-names.ts";

/** Blocks one request may mine. */
const MINE_LIMIT = 100_000;
const REORG_LIMIT = 1_024;
/** Beyond what a timer can wait. */
const INTERVAL_LIMIT_SECONDS = 2_000_000;

/** When blocks are made, and what is in the next one. */
export function devMiningMethods(backend: RpcBackend, dev: DevControl): MethodTable {
  return {
    ...mineMethods(backend, dev),
    ...scheduleMethods(dev),
    ...clockMethods(backend, dev),
    ...historyMethods(dev),
    ...nextBlockMethods(dev),
    ...poolMethods(backend, dev),
  };
}

function mineMethods(backend: RpcBackend, dev: DevControl): MethodTable {
  const evmMine = [optional("options", readMineOptions, { count: 1 })] as const;
  const blocksEvery = [
    optional("blocks", countUpTo(MINE_LIMIT), 1),
    optional("intervalSeconds", readLooseUint64, undefined),
  ] as const;
  return {
    evm_mine: method(evmMine, async ([options]) => {
      await dev.mine(options);
      return "0x0";
    }),
    ...underNames(["evm_mine_detailed", "anvil_mine_detailed"], () =>
      method(evmMine, async ([options]) => {
        const hashes = await dev.mine(options);
        return hashes.map((hash) =>
          formatBlock(requireBlock(backend, { hash, requireCanonical: false }), "full"),
        );
      }),
    ),
    ...underNames(["anvil_mine", "hardhat_mine"], () =>
      method(blocksEvery, async ([count, intervalSeconds]) => {
        await dev.mine(intervalSeconds ? { count, intervalSeconds } : { count });
        return null;
      }),
    ),
  };
}

/** A timestamp, or `{timestamp, blocks}`. */
function readMineOptions(value: unknown): { count: number; timestamp?: bigint } {
  if (typeof value !== "object") return { count: 1, timestamp: readLooseUint64(value) };
  const object = readObject(value);
  const count = field(object, "blocks", countUpTo(MINE_LIMIT)) ?? 1;
  const timestamp = field(object, "timestamp", readLooseUint64);
  return timestamp === undefined ? { count } : { count, timestamp };
}

function scheduleMethods(dev: DevControl): MethodTable {
  const setAutomine = (enabled: boolean) => {
    dev.setAutomine(enabled);
    return true;
  };
  return {
    ...underNames(["evm_setAutomine", "anvil_setAutomine"], () =>
      method([required("enabled", readBoolean)], ([enabled]) => setAutomine(enabled)),
    ),
    miner_start: method([optional("threads", readLooseUint64, 0n)], () => setAutomine(true)),
    miner_stop: method([], () => setAutomine(false)),
    ...underNames(["anvil_getAutomine", "hardhat_getAutomine"], () =>
      method([], () => dev.automine()),
    ),
    ...underNames(["evm_setIntervalMining", "anvil_setIntervalMining"], () =>
      method([required("seconds", countUpTo(INTERVAL_LIMIT_SECONDS))], ([seconds]) => {
        dev.setIntervalMining(seconds * 1_000);
        return true;
      }),
    ),
  };
}

function clockMethods(backend: RpcBackend, dev: DevControl): MethodTable {
  const timestamp = required("timestamp", readLooseUint64);
  return {
    ...underNames(["evm_increaseTime", "anvil_increaseTime"], () =>
      method([required("seconds", readLooseUint64)], ([seconds]) =>
        toQuantity(dev.increaseTime(seconds)),
      ),
    ),
    ...underNames(["evm_setTime", "anvil_setTime"], () =>
      method([timestamp], ([seconds]) => {
        const wasSeconds = backend.head().block.header.timestamp;
        dev.setTime(seconds);
        return Number(seconds - wasSeconds);
      }),
    ),
    ...underNames(["evm_setNextBlockTimestamp", "anvil_setNextBlockTimestamp"], () =>
      method([timestamp], ([seconds]) => {
        dev.setNextBlockTimestamp(seconds);
        return null;
      }),
    ),
    ...underNames(["anvil_setBlockTimestampInterval", "hardhat_setBlockTimestampInterval"], () =>
      method([required("seconds", readLooseUint64)], ([seconds]) => {
        dev.setBlockTimestampInterval(seconds);
        return null;
      }),
    ),
    ...underNames(
      ["anvil_removeBlockTimestampInterval", "hardhat_removeBlockTimestampInterval"],
      () =>
        method([], () => {
          dev.setBlockTimestampInterval(undefined);
          return true;
        }),
    ),
  };
}

function historyMethods(dev: DevControl): MethodTable {
  return {
    ...underNames(["evm_snapshot", "anvil_snapshot"], () => method([], () => dev.snapshot())),
    ...underNames(["evm_revert", "anvil_revert"], () =>
      method([required("snapshotId", readSnapshotId)], ([id]) => dev.revert(id)),
    ),
    anvil_reorg: method(
      [
        required("depth", countUpTo(REORG_LIMIT)),
        optional("transactions", listOf(readPlaced, MINE_LIMIT), []),
      ],
      async ([depth, placed]) => {
        const blocks: Uint8Array[][] = Array.from({ length: depth }, () => []);
        for (const { encoded, block } of placed) {
          const content = blocks[block];
          if (!content) throw invalidValue(`block ${block} is not among the ${depth} new ones`);
          content.push(encoded);
        }
        await dev.reorg(depth, blocks);
        return null;
      },
    ),
  };
}

/** As `evm_snapshot` gave it, or the number that it stands for. */
function readSnapshotId(value: unknown): Hex {
  return typeof value === "number"
    ? toQuantity(readLooseUint64(value))
    : toQuantity(readQuantity(value));
}

/** A raw transaction and which of the new blocks it goes into, counted from 0. */
function readPlaced(value: unknown): { encoded: Uint8Array; block: number } {
  if (!Array.isArray(value) || value.length !== 2) {
    throw invalidValue("expected a pair of raw transaction and block index");
  }
  return { encoded: readBytes(value[0]), block: countUpTo(REORG_LIMIT)(value[1]) };
}

function nextBlockMethods(dev: DevControl): MethodTable {
  const set = <T>(name: string, read: (value: unknown) => T, apply: (value: T) => void) =>
    method([required(name, read)], ([value]) => {
      apply(value);
      return true;
    });
  const bothTools = (name: string) => [`anvil_${name}`, `hardhat_${name}`];
  return {
    ...underNames(bothTools("setCoinbase"), () =>
      set("address", readAddress, (address) => dev.setCoinbase(address)),
    ),
    ...underNames(bothTools("setNextBlockBaseFeePerGas"), () =>
      set("baseFeePerGas", readQuantity, (wei) => dev.setNextBaseFee(wei)),
    ),
    ...underNames(bothTools("setMinGasPrice"), () =>
      set("gasPrice", readQuantity, (wei) => dev.setMinimumGasPrice(wei)),
    ),
    ...underNames(["evm_setBlockGasLimit", "anvil_setBlockGasLimit"], () =>
      set("gasLimit", readLooseUint64, (gas) => dev.setBlockGasLimit(gas)),
    ),
    ...underNames(bothTools("setPrevRandao"), () =>
      set("prevRandao", readHash, (value) => dev.setPrevRandao(value)),
    ),
  };
}

function poolMethods(backend: RpcBackend, dev: DevControl): MethodTable {
  return {
    ...underNames(["anvil_dropTransaction", "hardhat_dropTransaction"], (name) =>
      method([required("transactionHash", readHash)], ([hash]) => {
        const isDropped = dev.dropTransaction(hash);
        if (name.startsWith("hardhat")) return isDropped;
        return isDropped ? hash : null;
      }),
    ),
    anvil_dropAllTransactions: method([], () => {
      dev.dropAllTransactions();
      return null;
    }),
    anvil_removePoolTransactions: method([required("address", readAddress)], ([address]) => {
      const { pending, queued } = backend.pool.content();
      const own = [...(pending.get(address) ?? []), ...(queued.get(address) ?? [])];
      for (const { hash } of own) dev.dropTransaction(hash);
      return null;
    }),
  };
}
