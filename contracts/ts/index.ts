export { dataTokenAbi } from "./abi/data-token-abi.ts";
export { ghostCoreAbi } from "./abi/ghost-core-abi.ts";
export { traceScanAbi } from "./abi/trace-scan-abi.ts";
export {
  type Artifact,
  type BuildContractsOptions,
  buildContracts,
  loadArtifact,
} from "./build-contracts.ts";
export type { CompiledContract } from "./compile-contracts.ts";
export { compileFile, type FileArtifact } from "./compile-file.ts";
export { ContractsError, type ContractsFault } from "./contracts-error.ts";
export type { ContractName } from "./solidity-project.ts";
