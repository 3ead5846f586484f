import type { Hardfork } from "@ghostchain/evm";
import { type ChainSpec, type ChainSpecInput, parseChainSpec } from "@ghostchain/protocol";
import { VECTOR_HARDFORKS } from "@ghostchain/tools/vectors";

/** What a vector says of the chain before its first block. */
export interface VectorGenesis {
  readonly network: string;
  readonly genesisBlockHeader: Record<string, string>;
  readonly pre: Record<string, Record<string, unknown>>;
}

type Schedule = Pick<ChainSpecInput, "hardforks" | "bombDelays" | "daoForkBlock">;

const HARDFORKS: Record<string, Hardfork> = VECTOR_HARDFORKS;

const BOMB_DELAYS: Record<string, number> = { ArrowGlacier: 10_700_000, GrayGlacier: 11_400_000 };

export function specOf({ network, genesisBlockHeader: header, pre }: VectorGenesis): ChainSpec {
  const { nonce, timestamp, extraData, gasLimit, difficulty, parentHash, mixHash } = header;
  const { coinbase, baseFeePerGas, blobGasUsed, excessBlobGas, parentBeaconBlockRoot } = header;
  const early = { nonce, timestamp, extraData, gasLimit, difficulty, parentHash, mixHash };
  const later = { coinbase, baseFeePerGas, blobGasUsed, excessBlobGas, parentBeaconBlockRoot };
  return parseChainSpec({
    name: "vector",
    chainId: 1,
    ledger: "accounts",
    production: { kind: "manual" },
    finality: { kind: "none" },
    genesis: { ...early, ...later, alloc: pre },
    ...scheduleOf(network),
  });
}

/** Such as `Cancun`, `BerlinToLondonAt5`, `ParisToShanghaiAtTime15k` or `ArrowGlacierToParisAtDiffC0de`. */
function scheduleOf(network: string): Schedule {
  const [from = "", to, at = ""] = network.split(/To(?=[A-Z])|At(?=[A-Z0-9])/);
  const delayBlocks = BOMB_DELAYS[from];
  const bombDelays = delayBlocks === undefined ? [] : [{ block: 0, delayBlocks }];
  const start = { [hardforkOf(from)]: { block: 0 } };
  if (to === undefined) return { hardforks: start, bombDelays };
  if (to === "Dao") return { hardforks: start, bombDelays, daoForkBlock: Number(at) };
  return { hardforks: { ...start, [hardforkOf(to)]: activationOf(at) }, bombDelays };
}

function activationOf(at: string) {
  if (at.startsWith("Time")) return { timestamp: Number(at.slice(4).replace("k", "000")) };
  if (at.startsWith("Diff")) return { totalDifficulty: `0x${at.slice(4)}` };
  return { block: Number(at) };
}

function hardforkOf(name: string): Hardfork {
  const hardfork = HARDFORKS[name];
  if (hardfork === undefined) throw new Error(`no rules for ${name}`);
  return hardfork;
}
