import { HARDFORKS, type Hardfork } from "@ghostchain/evm";
import type { ChainSpecInput } from "@ghostchain/protocol";
import { VECTOR_HARDFORKS } from "@ghostchain/tools/vectors";

type Schedule = Pick<ChainSpecInput, "hardforks" | "daoForkBlock" | "timestamps">;
type Activation = { block: number } | { timestamp: number } | { totalDifficulty: string };

const NAMES: Readonly<Record<string, Hardfork>> = VECTOR_HARDFORKS;

/**
 * The hardfork schedule of a network of ethereum/tests: one hardfork from the start, or a transition such as
 * `BerlinToLondonAt5` (a block), `ParisToShanghaiAtTime15k` (a time) or `ArrowGlacierToParisAtDiffC0000`.
 */
export function scheduleOf(network: string): Schedule {
  const transition = /^(.+?)To(.+?)At(Time|Diff)?([0-9A-Fa-f]+k?)$/.exec(network);
  if (transition === null) return { hardforks: upTo(forkOf(network), { block: 0 }) };
  const [, from = "", to = "", unit, at = ""] = transition;
  const activation = activationOf(unit, at);
  if (to === "Dao") {
    return { hardforks: upTo(forkOf(from), { block: 0 }), daoForkBlock: Number(at) };
  }
  return { hardforks: { ...upTo(forkOf(from), { block: 0 }), [forkOf(to)]: activation } };
}

/** By how many blocks ArrowGlacier and GrayGlacier put off the bomb, where the name says so. */
export function bombDelaysOf(network: string): NonNullable<ChainSpecInput["bombDelays"]> {
  if (network.startsWith("ArrowGlacier")) return [{ block: 0, delayBlocks: 10_700_000 }];
  if (network.startsWith("GrayGlacier")) return [{ block: 0, delayBlocks: 11_400_000 }];
  return [];
}

function forkOf(name: string): Hardfork {
  const fork = NAMES[name];
  if (fork === undefined) throw new Error(`no hardfork is known as ${name}`);
  return fork;
}

function activationOf(unit: string | undefined, at: string): Activation {
  if (unit === "Diff") return { totalDifficulty: `0x${at}` };
  const value = at.endsWith("k") ? Number(at.slice(0, -1)) * 1000 : Number(at);
  return unit === "Time" ? { timestamp: value } : { block: value };
}

/** Every hardfork up to this one, from the start. */
function upTo(last: Hardfork, activation: Activation): Partial<Record<Hardfork, Activation>> {
  const forks = HARDFORKS.slice(0, HARDFORKS.indexOf(last) + 1);
  return Object.fromEntries(forks.map((fork) => [fork, activation]));
}
