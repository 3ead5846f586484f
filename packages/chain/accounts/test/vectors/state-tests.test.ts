import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import {
  createReferenceEvm,
  type Evm,
  HARDFORKS,
  type Hardfork,
  type Precompiles,
  precompilesOf,
} from "@ghostchain/evm";
import { listVectorFiles, testVectors, type VectorTally } from "@ghostchain/tools/vectors";
import { draftBlsPrecompiles } from "./draft-bls-precompiles.ts";
import { runStateTest } from "./run-state-test.ts";
import { hardforkNamed, type StateTest } from "./state-test-format.ts";

/** Origin: ethereum/tests and, for Osaka, ethereum/execution-spec-tests. */
testStates("GeneralStateTests", precompilesOf);
testStates("OsakaStateTests", precompilesOf);
testStates("EIPTests/StateTests", (hardfork) =>
  hardfork === "prague" ? draftBlsPrecompiles() : precompilesOf(hardfork),
);

function testStates(suite: string, precompilesFor: (hardfork: Hardfork) => Precompiles): void {
  const machines = new Map<Hardfork, Evm>(
    HARDFORKS.map((hardfork) => [
      hardfork,
      createReferenceEvm({ hardfork, precompiles: precompilesFor(hardfork) }),
    ]),
  );
  testVectors(suite, `ethereum/${suite}`, (directory, tally) => {
    for (const file of listVectorFiles(directory)) {
      runFile(file, relative(directory, file), machines, tally);
    }
  });
}

function runFile(
  file: string,
  label: string,
  machines: ReadonlyMap<Hardfork, Evm>,
  tally: VectorTally,
): void {
  const text = readFileSync(file, "utf8");
  // The published set holds a file that is empty.
  if (text === "") return;
  for (const [name, test] of Object.entries<StateTest>(JSON.parse(text))) {
    for (const [forkName, expectations] of Object.entries(test.post)) {
      for (const expectation of expectations) {
        const { data, gas, value } = expectation.indexes;
        const shortName = name.split("::").at(-1);
        tally.check(`${label} ${shortName} ${forkName} d${data} g${gas} v${value}`, () => {
          const machine = machines.get(hardforkNamed(forkName));
          assert(machine !== undefined);
          runStateTest(machine, test, forkName, expectation);
        });
      }
    }
  }
}
