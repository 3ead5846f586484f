export type {
  Block,
  ExecutedReceipt,
  Header,
  Receipt,
  StoredBlock,
  Withdrawal,
} from "./block/block.ts";
export {
  decodeBlock,
  EMPTY_OMMERS_HASH,
  encodeBlock,
  encodeWithdrawal,
  hashOmmers,
} from "./block/block-codec.ts";
export { BlockTree, type Route, type TreeBlock } from "./block/block-tree.ts";
export { decodeHeader, encodeHeader, headerHash } from "./block/header-codec.ts";
export { logsBloomOf, mayContain, mergeBlooms } from "./block/logs-bloom.ts";
export { decodeReceipt, encodeReceipt } from "./block/receipt-codec.ts";
export { checksumAddress, parseChecksumAddress } from "./checksum-address.ts";
export {
  type BlockFault,
  ProtocolError,
  type ProtocolFault,
  type SpecFault,
  type TransactionFault,
} from "./protocol-error.ts";
export { INITIAL_BASE_FEE_WEI, nextBaseFeeWei } from "./rules/base-fee.ts";
export { blobBaseFeeWei, GAS_PER_BLOB, nextExcessBlobGas } from "./rules/blob-fee.ts";
export type { BlobRules, BlockRules, TimestampRule } from "./rules/block-rules.ts";
export { checkBody, checkHeader } from "./rules/check-header.ts";
export { type Ancestor, checkOmmers, OMMER_GENERATIONS } from "./rules/check-ommers.ts";
export { type DifficultyParent, type DifficultyRules, nextDifficulty } from "./rules/difficulty.ts";
export { isGasLimitAllowed, nextGasLimit } from "./rules/gas-limit.ts";
export {
  type Activation,
  type ChainSpec,
  type ChainSpecInput,
  parseChainSpec,
} from "./spec/chain-spec.ts";
export { DEV_MNEMONIC, type DevAccount, devAccounts } from "./spec/dev-accounts.ts";
export { devChainSpec } from "./spec/dev-spec.ts";
export { parseEthereumGenesis } from "./spec/ethereum-genesis.ts";
export { genesisHeader } from "./spec/genesis-header.ts";
export type { GenesisAccount, GenesisSpec } from "./spec/genesis-spec.ts";
export { type BlockPosition, hardforkAt, rulesAt } from "./spec/rules-at.ts";
export {
  BEACON_ROOTS,
  BLOCK_HASHES,
  CONSOLIDATION_REQUESTS,
  SYSTEM_ADDRESS,
  type SystemContract,
  WITHDRAWAL_REQUESTS,
} from "./spec/system-contracts.ts";
export {
  checkTransaction,
  type TransactionRules,
  transactionFault,
} from "./transaction/check-transaction.ts";
export { decodeTransaction } from "./transaction/decode-transaction.ts";
export {
  encodeForSigning,
  encodeTransaction,
  legacyV,
  type UnsignedTransaction,
} from "./transaction/encode-transaction.ts";
export { floorDataGas, type GasRelevant, intrinsicGas } from "./transaction/intrinsic-gas.ts";
export {
  type BlobSidecar,
  decodePooledTransaction,
  type PooledTransaction,
} from "./transaction/pooled-transaction.ts";
export type {
  AccessListEntry,
  AccessListTransaction,
  Authorization,
  BlobTransaction,
  FeeMarketTransaction,
  LegacyTransaction,
  SenderTransaction,
  SetCodeTransaction,
  Signature,
  Transaction,
} from "./transaction/transaction.ts";
export {
  addressOfPublicKey,
  openTransaction,
  recoverSender,
  signingDigest,
  signTransaction,
  transactionHash,
} from "./transaction/transaction-signature.ts";
