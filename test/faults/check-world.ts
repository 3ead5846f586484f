import { listFeed, readFeed } from "@ghostchain/feed";
import { firstDifference } from "./clients/sim-client.ts";
import { expectedState, type LedgerState, storedState } from "./data/ledger-model.ts";
import { type SimWorld, SLOTS } from "./sim-world.ts";

/** How what is stored and what clients hold differs from what the chain says; empty when it does not. */
export async function findDifferences(world: SimWorld): Promise<string[]> {
  const { chain, indexers, real } = world;
  if (world.complaints.length > 0) return world.complaints.map(({ message }) => message);
  const head = chain.head;
  if (!indexers.some(({ point }) => point?.hash === head.hash))
    return [`no indexer is at the head, ${head.number}`];
  const expected = expectedState(head);
  const stored = await storedState(real);
  for (const part of Object.keys(expected) as (keyof LedgerState)[]) {
    const found = firstDifference(part, expected[part], stored[part]);
    if (found.length > 0) return found;
  }
  return differencesOfClients(world, expected);
}

async function differencesOfClients(world: SimWorld, expected: LedgerState): Promise<string[]> {
  const { real, clients } = world;
  const { position, rows } = await readFeed(real, { after: 0, limit: 1_000_000 });
  const ids = Array.from({ length: position.sequenceId }, (_, index) => String(index + 1));
  const gaps = firstDifference(
    "the sequence",
    ids,
    rows.map((row) => String(row.sequenceId)),
  );
  if (gaps.length > 0) return gaps;
  const standing = await listFeed(real, { limit: 1_000_000 });
  for (const client of clients) {
    const { name, user } = client.wishes;
    const found = client.difference(position.epoch, rows, standing);
    if (found.length > 0) return found.map((text) => `${name}: ${text}`);
    const account = expected.accounts.find((line) => line.split(" ")[0] === user);
    const balance = account?.split(" ")[1] ?? null;
    if (user !== undefined && client.own !== balance)
      return [`${name}: its owner has ${balance}, but was told ${client.own}`];
  }
  return [];
}

/** What is left once everything was stopped. */
export function findLeaks(world: SimWorld): string[] {
  const { clients, indexers, gateways, network, servers, locks, slots, flights } = world;
  const waiting = clients.reduce((sum, client) => sum + client.pending, 0);
  const alive = [...indexers, ...gateways].filter(({ process }) => process?.alive).length;
  const left = {
    "timers of clients": waiting,
    "processes that do not end": alive,
    connections: network.links.length,
    "subscriptions to heads": servers.subscriptions,
    leases: locks.held,
    "database connections": SLOTS - slots.free,
    "statements that wait for a lock": flights.waiting,
  };
  return Object.entries(left)
    .filter(([, count]) => count > 0)
    .map(([what, count]) => `left over: ${count} ${what}`);
}
