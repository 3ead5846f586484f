import type { Database } from "@ghostchain/database";
import { findDifferences, findLeaks } from "./check-world.ts";
import { Director } from "./director.ts";
import { type RunOptions, SimWorld } from "./sim-world.ts";

export interface Outcome {
  readonly seed: number;
  /** Empty when all is as it must be. */
  readonly differences: readonly string[];
  /** Of everything that happened, in order. */
  readonly digest: string;
  readonly events: number;
  readonly trace: readonly string[];
}

/** How long all may take to come right once nothing fails any more. */
const CONVERGE_MS = 120_000;
const LOOK_EVERY_MS = 1_000;
/** What is right must stay so. */
const STAY_MS = 3_000;
const STOP_MS = 120_000;

/** One run: a world from a seed, all that befalls it, and whether it comes right. */
export async function runSeed(
  database: Database,
  seed: number,
  options: RunOptions,
): Promise<Outcome> {
  const world = new SimWorld(database, seed, options);
  const surprises: string[] = [];
  const surprise = (reason: unknown) => surprises.push(`unhandled: ${describe(reason)}`);
  process.on("unhandledRejection", surprise);
  const restore = replaceChance(world);
  await world.open();
  let differences: string[];
  try {
    await new Director(world).run();
    differences = await converge(world);
    if (differences.length === 0) differences = await stopAll(world);
  } catch (error) {
    differences = [describe(error)];
  } finally {
    await abandon(world);
    restore();
    process.off("unhandledRejection", surprise);
  }
  return {
    seed,
    differences: [...surprises, ...differences],
    digest: world.trace.digest(),
    events: world.scheduler.count,
    trace: world.trace.lines,
  };
}

/** What the services' own code asks the machine for is the seed's, too. */
function replaceChance({ random, scheduler }: SimWorld): () => void {
  const { random: machine } = Math;
  const now = performance.now;
  const own = random.fork();
  Math.random = () => own.next();
  performance.now = () => scheduler.nowMs;
  return () => {
    Math.random = machine;
    performance.now = now;
  };
}

async function converge(world: SimWorld): Promise<string[]> {
  const { scheduler, trace } = world;
  const untilMs = scheduler.nowMs + CONVERGE_MS;
  let differences: string[] = [];
  while (scheduler.nowMs < untilMs) {
    await scheduler.run(LOOK_EVERY_MS);
    differences = await findDifferences(world);
    if (differences.length === 0) {
      await scheduler.run(STAY_MS);
      differences = await findDifferences(world);
      return differences.map((text) => `it was right and did not stay so: ${text}`);
    }
    if (world.complaints.length > 0) return differences;
    trace.remark(`not yet: ${differences[0]}`);
  }
  return differences;
}

/** Everything ends as it should, and leaves nothing. */
async function stopAll(world: SimWorld): Promise<string[]> {
  const { clients, gateways, indexers, scheduler } = world;
  world.isClosing = true;
  for (const client of clients) client.close();
  let isOver = false;
  const failures: string[] = [];
  const stops = [...gateways, ...indexers].map((host) =>
    host.stop().catch((error: unknown) => failures.push(String(error))),
  );
  void Promise.all(stops).then(() => {
    isOver = true;
  });
  await scheduler.run(STOP_MS, () => isOver);
  await scheduler.run(1_000);
  return [...failures, ...findLeaks(world)];
}

/** Ends whatever is left, so that the next run finds a database nobody holds. */
async function abandon(world: SimWorld): Promise<void> {
  const { gateways, indexers, clients, scheduler } = world;
  world.isClosing = true;
  for (const client of clients) client.close();
  for (const { process: left } of [...gateways, ...indexers]) left?.kill();
  await scheduler.run(500);
  for (const { process: left } of [...gateways, ...indexers]) left?.kill();
  await scheduler.run(200);
  await world.close();
}

function describe(reason: unknown): string {
  return reason instanceof Error ? (reason.stack ?? reason.message) : String(reason);
}
