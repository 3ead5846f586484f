import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDatabase, type Database } from "@ghostchain/database";
import {
  type ChainReport,
  type ChainStatus,
  type Comparison,
  MAIN_CHAIN,
  readIndexerStatus,
  requestRebuild,
  verifyTables,
} from "@ghostchain/indexer";
import type { Logger } from "@ghostchain/service";
import { CommandError } from "../command-error.ts";
import { createBase } from "../ground.ts";
import { withDatabase } from "../reach-database.ts";
import { readRepertoire } from "../role.ts";
import type { Settings } from "../settings/parse-settings.ts";

/** `ghost indexer status` */
export function status(settings: Settings, signal: AbortSignal): Promise<void> {
  return withDatabase(settings, { signal, content: "stored" }, async (database) => {
    const { feed, writer, chains } = await readIndexerStatus(database, rpcsOf(settings));
    if (chains.length === 0) return console.log("nothing is indexed here yet");
    console.log(`  writer     ${writer}`);
    if (feed) console.log(`  sequence   ${feed.sequenceId} of epoch ${feed.epoch}`);
    for (const chain of chains) console.log(describeChain(chain));
  });
}

function describeChain({ name, point, raw, rebuilding, live, fault }: ChainStatus): string {
  const lines = [`  ${name.padEnd(10)} block ${point.number} ${point.hash}`];
  if (rebuilding)
    lines.push(`             deriving anew: events are stored up to block ${raw.number}`);
  if (live) lines.push(`             the chain is at ${live.head}, ${live.lagBlocks} blocks ahead`);
  if (live?.finalized) lines.push(`             final up to ${live.finalized.number}`);
  if (fault !== undefined) lines.push(`             the chain does not answer: ${fault}`);
  return lines.join("\n");
}

/** `ghost indexer rebuild` */
export function rebuild(settings: Settings, signal: AbortSignal): Promise<void> {
  return withDatabase(settings, { signal, content: "stored" }, async (database) => {
    const chains = await requestRebuild(database);
    if (chains.length === 0) return console.log("nothing is indexed here yet");
    const { writer } = await readIndexerStatus(database);
    const when = writer === "none" ? "by the next indexer that runs" : "now";
    console.log(`asked for: ${chains.join(", ")} will be derived anew ${when}`);
  });
}

/** `ghost indexer verify` */
export async function verify(settings: Settings, signal: AbortSignal): Promise<void> {
  const base = createBase(settings);
  const { products, chains: others } = await readRepertoire(base, settings);
  const main = rpcsOf(settings);
  const rpcs = Object.keys(main).length === 0 ? {} : { ...others, ...main };
  await withDatabase(settings, { signal, content: "stored" }, async (database) => {
    const { chains: stored } = await readIndexerStatus(database);
    if (stored.length === 0) return console.log("nothing is indexed here yet");
    await withScratch(base.logger, signal, async (scratch) => {
      const { logger } = base;
      const report = await verifyTables({ database, scratch, logger }, { products, rpcs }, signal);
      for (const chain of report.chains) console.log(describeReport(chain));
      if (report.same) return;
      const chains = report.chains.filter(differs).map(({ chain }) => chain);
      throw new CommandError(
        { code: "TABLES_DIFFER", chains },
        `what is stored of ${chains.join(", ")} is not what it should be: ` +
          "ghost indexer rebuild derives it anew",
      );
    });
  });
}

function partsOf({ tables, feed, events }: ChainReport): [string, Comparison][] {
  return [
    ...tables.map((one): [string, Comparison] => [`${one.product}.${one.table}`, one]),
    ["feed", feed],
    ...(events ? [["events of the chain", events] as [string, Comparison]] : []),
  ];
}

function differs(report: ChainReport): boolean {
  return partsOf(report).some(([, one]) => one.missing + one.extra + one.changed > 0);
}

function describeReport(report: ChainReport): string {
  const lines = [`  ${report.chain}, up to block ${report.point.number}`];
  for (const [name, one] of partsOf(report)) {
    const { missing, extra, changed, stored, differences } = one;
    const faults = `${missing} missing, ${extra} too many, ${changed} changed`;
    const verdict = missing + extra + changed === 0 ? "as it should be" : faults;
    lines.push(`    ${name.padEnd(28)} ${String(stored).padStart(8)} rows  ${verdict}`);
    for (const { key, stored: found, expected } of differences)
      lines.push(
        `      ${key}: ${found ?? "(nothing)"}\n        should be ${expected ?? "(nothing)"}`,
      );
  }
  return lines.join("\n");
}

function rpcsOf({ RPC_URL }: Settings): Record<string, readonly string[]> {
  return RPC_URL === undefined ? {} : { [MAIN_CHAIN]: RPC_URL };
}

/** A database for what is computed again, gone afterwards. */
async function withScratch<T>(
  logger: Logger,
  signal: AbortSignal,
  work: (scratch: Database) => Promise<T>,
): Promise<T> {
  const dataDir = mkdtempSync(join(tmpdir(), "ghost-verify-"));
  const scratch = createDatabase({ logger }, { dataDir });
  try {
    await scratch.start(signal);
    return await work(scratch);
  } finally {
    await scratch.stop();
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
  }
}
