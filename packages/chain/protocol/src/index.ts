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
