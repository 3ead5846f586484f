import type { DevControl } from "../src/backend.ts";
import type { MemoryBackend } from "./memory-backend.ts";

/** What of a dev chain a hand-written one can do; the rest does nothing. */
export function memoryDevControl(backend: MemoryBackend): DevControl {
  const nothing = () => undefined;
  const later = async () => undefined;
  return {
    mine: async ({ count }) =>
      Array.from({ length: Math.min(count, 10) }, () => backend.mine().hash),
    snapshot: () => "0x1",
    revert: async (id) => id === "0x1",
    increaseTime: (seconds) => seconds,
    setTime: nothing,
    setNextBlockTimestamp: nothing,
    setBlockTimestampInterval: nothing,
    setAutomine: nothing,
    automine: () => true,
    setIntervalMining: nothing,
    impersonate: nothing,
    stopImpersonating: nothing,
    autoImpersonate: nothing,
    setBalance: async (address, wei) => {
      backend.balances.set(address, wei);
    },
    setCode: async (address, code) => {
      backend.codes.set(address, code);
    },
    setNonce: later,
    setStorage: async (address, slot, value) => {
      backend.slots.set(`${address}:${slot}`, value);
    },
    setCoinbase: nothing,
    setNextBaseFee: nothing,
    setMinimumGasPrice: nothing,
    setBlockGasLimit: nothing,
    setPrevRandao: nothing,
    dropTransaction: (hash) => backend.drop(hash),
    dropAllTransactions: () => void backend.drop(),
    reorg: later,
    dumpState: async () => Uint8Array.of(1, 2, 3),
    loadState: later,
    reset: later,
  };
}
