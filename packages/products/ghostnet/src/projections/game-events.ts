import type { ghostCoreAbi, traceScanAbi } from "@ghostchain/contracts";
import type { ChainEvent } from "@ghostchain/product";
import type { ContractEventArgsFromTopics, ContractEventName } from "viem";

/** An event of GhostCore, with the arguments its ABI declares. */
export type CoreEvent<Name extends ContractEventName<typeof ghostCoreAbi>> = ChainEvent<
  ContractEventArgsFromTopics<typeof ghostCoreAbi, Name>
>;

/** An event of TraceScan. */
export type ScanEvent<Name extends ContractEventName<typeof traceScanAbi>> = ChainEvent<
  ContractEventArgsFromTopics<typeof traceScanAbi, Name>
>;
