import { ponder } from "ponder:registry";
import { accounts, transfers } from "ponder:schema";

ponder.on("Token:Transfer", async ({ event, context }) => {
  const { from, to, value } = event.args;
  await context.db
    .insert(accounts)
    .values({ address: from, balance: -value })
    .onConflictDoUpdate((row) => ({ balance: row.balance - value }));
  await context.db
    .insert(accounts)
    .values({ address: to, balance: value })
    .onConflictDoUpdate((row) => ({ balance: row.balance + value }));
  await context.db.insert(transfers).values({
    id: event.id,
    fromAddress: from,
    toAddress: to,
    value,
    blockNumber: Number(event.block.number),
    at: Number(event.block.timestamp),
  });
});
