import { appendFileSync, existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";

const ROOT = resolve(import.meta.dirname, "..");

/** How ethereum/tests names the hardforks, and how we do. */
export const VECTOR_HARDFORKS = {
  Frontier: "frontier",
  Homestead: "homestead",
  EIP150: "tangerineWhistle",
  EIP158: "spuriousDragon",
  Byzantium: "byzantium",
  Constantinople: "constantinople",
  ConstantinopleFix: "petersburg",
  Istanbul: "istanbul",
  Berlin: "berlin",
  London: "london",
  ArrowGlacier: "london",
  GrayGlacier: "london",
  Paris: "paris",
  Merge: "paris",
  Shanghai: "shanghai",
  Cancun: "cancun",
  Prague: "prague",
  Osaka: "osaka",
} as const;

/** A folder or file of the published vectors, or undefined where they are not installed. */
export function findVectors(path: string): string | undefined {
  const base = process.env.CONFORMANCE_DIR ?? join(ROOT, "../shared/conformance");
  const found = join(resolve(ROOT, base), path);
  return existsSync(found) ? found : undefined;
}

/** All files below `directory` that end in `.json`, in a stable order. */
export function listVectorFiles(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".json"))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** What one suite of vectors did: counts every case, keeps the names and reasons of those that failed. */
export class VectorTally {
  passed = 0;
  readonly failures: string[] = [];

  /** Runs one case; throwing is failing. */
  check(name: string, run: () => void): void {
    try {
      run();
      this.passed += 1;
    } catch (error) {
      this.failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

/**
 * One test for a whole suite of vectors: it fails with the first failures listed, skips with a message
 * where the vectors are absent, and reports its counts to `npm run test:conformance`.
 */
export function testVectors(
  suite: string,
  path: string,
  run: (directory: string, tally: VectorTally) => void | Promise<void>,
): void {
  const found = findVectors(path);
  it.skipIf(found === undefined)(`passes every vector of ${suite}`, async () => {
    const tally = new VectorTally();
    await run(found ?? "", tally);
    const report = process.env.VECTOR_REPORT;
    const ran = tally.passed + tally.failures.length;
    if (report) appendFileSync(report, `${JSON.stringify({ suite, ran, passed: tally.passed })}\n`);
    expect(tally.failures.slice(0, 20), `${tally.failures.length} of ${ran} failed`).toEqual([]);
    expect(ran, "a suite with no case proves nothing").toBeGreaterThan(0);
  });
  if (found === undefined)
    console.warn(`${suite}: skipped, no vectors at ${path} (set CONFORMANCE_DIR)`);
}
