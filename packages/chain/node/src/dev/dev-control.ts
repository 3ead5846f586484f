import type { DevControl } from "@ghostchain/rpc";
import type { RunningNode } from "../running-node.ts";
import { DevHistory } from "./dev-history.ts";
import { DevMining } from "./dev-mining.ts";
import { DevState } from "./dev-state.ts";
import type { Impersonation } from "./impersonation.ts";

/** The hands of a test in a running node. */
export interface DevParts {
  readonly mining: DevMining;
  readonly state: DevState;
  readonly history: DevHistory;
  readonly impersonation: Impersonation;
}

export function createDevParts(node: RunningNode): DevParts {
  return {
    mining: new DevMining(node),
    state: new DevState(node.chain, node.lane),
    history: new DevHistory(node),
    impersonation: node.impersonation,
  };
}

/**
 * Everything a test may do to a chain that is there for testing.
 *
 * @param parts throws `NODE_NOT_RUNNING` until the node runs
 */
export function createDevControl(parts: () => DevParts): DevControl {
  return {
    mine: (options) => parts().mining.mine(options),
    increaseTime: (seconds) => parts().mining.increaseTime(seconds),
    setTime: (timestamp) => parts().mining.setTime(timestamp),
    setNextBlockTimestamp: (timestamp) => parts().mining.setNextBlockTimestamp(timestamp),
    setBlockTimestampInterval: (seconds) => parts().mining.setBlockTimestampInterval(seconds),
    setAutomine: (enabled) => parts().mining.setAutomine(enabled),
    automine: () => parts().mining.automine(),
    setIntervalMining: (intervalMs) => parts().mining.setIntervalMining(intervalMs),
    setCoinbase: (address) => parts().mining.setCoinbase(address),
    setNextBaseFee: (wei) => parts().mining.setNextBaseFee(wei),
    setMinimumGasPrice: (wei) => parts().mining.setMinimumGasPrice(wei),
    setBlockGasLimit: (gas) => parts().mining.setBlockGasLimit(gas),
    setPrevRandao: (value) => parts().mining.setPrevRandao(value),
    dropTransaction: (hash) => parts().mining.dropTransaction(hash),
    dropAllTransactions: () => parts().mining.dropAllTransactions(),
    impersonate: (address) => parts().impersonation.start(address),
    stopImpersonating: (address) => parts().impersonation.stop(address),
    autoImpersonate: (enabled) => parts().impersonation.setAnyone(enabled),
    setBalance: (address, wei) => parts().state.setBalance(address, wei),
    setCode: (address, code) => parts().state.setCode(address, code),
    setNonce: (address, nonce) => parts().state.setNonce(address, nonce),
    setStorage: (address, slot, value) => parts().state.setStorage(address, slot, value),
    dumpState: () => parts().state.dumpState(),
    loadState: (dump) => parts().state.loadState(dump),
    snapshot: () => parts().history.snapshot(),
    revert: (id) => parts().history.revert(id),
    reorg: (depth, blocks) => parts().history.reorg(depth, blocks),
    reset: () => parts().history.reset(),
  };
}
