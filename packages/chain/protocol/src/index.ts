export type {
  Block,
  ExecutedReceipt,
  Header,
  Receipt,
  StoredBlock,
  Withdrawal,
} from "./block.ts";
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
} from "./transaction.ts";
