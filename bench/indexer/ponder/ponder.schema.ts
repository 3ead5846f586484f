import { index, onchainTable } from "ponder";

export const accounts = onchainTable("accounts", (t) => ({
  address: t.hex().primaryKey(),
  balance: t.bigint().notNull(),
}));

export const transfers = onchainTable(
  "transfers",
  (t) => ({
    id: t.text().primaryKey(),
    fromAddress: t.hex().notNull(),
    toAddress: t.hex().notNull(),
    value: t.bigint().notNull(),
    blockNumber: t.integer().notNull(),
    at: t.integer().notNull(),
  }),
  (table) => ({ byBlock: index().on(table.blockNumber) }),
);
