import type { Abi } from "viem";
import { beforeAll, describe, expect, it } from "vitest";
import { dataTokenAbi } from "../ts/abi/data-token-abi.ts";
import { ghostCoreAbi } from "../ts/abi/ghost-core-abi.ts";
import { traceScanAbi } from "../ts/abi/trace-scan-abi.ts";
import { type Artifact, loadArtifact } from "../ts/build-contracts.ts";
import type { ContractName } from "../ts/solidity-project.ts";

const TYPED: [ContractName, Abi][] = [
  ["DataToken", dataTokenAbi],
  ["GhostCore", ghostCoreAbi],
  ["TraceScan", traceScanAbi],
];

/** Of OpenZeppelin's own: nobody here listens to them. */
const INHERITED_EVENTS = new Set([
  "EIP712DomainChanged",
  "Initialized",
  "OwnershipTransferStarted",
  "OwnershipTransferred",
  "Paused",
  "RoleAdminChanged",
  "RoleGranted",
  "RoleRevoked",
  "Unpaused",
  "Upgraded",
]);

describe.each(TYPED)("the typed ABI of %s", (name, typed) => {
  let artifact: Artifact;
  beforeAll(async () => {
    artifact = await loadArtifact(name);
  }, 60_000);

  it("says what the compiler says", () => {
    const compiled = artifact.abi.map(signature);
    for (const item of typed) expect(compiled).toContain(signature(item));
  });

  it("knows every event", () => {
    const known = new Set(typed.map(signature));
    const missing = artifact.abi.filter(
      (item) =>
        item.type === "event" &&
        !INHERITED_EVENTS.has(item.name) &&
        !(name === "DataToken" && /^(Tax|Treasury)/.test(item.name)) &&
        !known.has(signature(item)),
    );
    expect(missing).toEqual([]);
  });

  it("comes with code that fits a block chain", () => {
    expect((artifact.deployedBytecode.length - 2) / 2).toBeLessThanOrEqual(24_576);
    expect(artifact.bytecode).toMatch(/^0x[0-9a-f]+$/);
  });
});

/** Everything of an ABI item that callers depend on, as a line to compare. Functions are called by position. */
function signature(item: Abi[number]): string {
  if (item.type === "function") {
    const types = (parameters: readonly Parameter[]) => parameters.map(typeOf).join(",");
    return `function ${item.name}(${types(item.inputs)}) ${item.stateMutability} (${types(item.outputs)})`;
  }
  if (!("name" in item)) return item.type;
  const inputs: readonly Parameter[] = item.inputs;
  const named = inputs.map(
    (input) => `${typeOf(input)}${input.indexed ? " indexed" : ""} ${input.name}`,
  );
  return `${item.type} ${item.name}(${named.join(",")})`;
}

interface Parameter {
  readonly type: string;
  readonly name?: string | undefined;
  readonly indexed?: boolean | undefined;
  readonly components?: readonly Parameter[] | undefined;
}

function typeOf({ type, components }: Parameter): string {
  const fields = components?.map((field) => `${typeOf(field)} ${field.name}`) ?? [];
  return components ? `${type}(${fields.join(",")})` : type;
}
