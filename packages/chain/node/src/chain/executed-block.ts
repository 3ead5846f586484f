import type { StagedState } from "@ghostchain/accounts";
import type { BlockRecord } from "../store/block-record.ts";

/** A block that holds, with the state it leads to. Nothing of it is written yet. */
export interface ExecutedBlock {
  readonly record: BlockRecord;
  readonly staged: StagedState;
}
