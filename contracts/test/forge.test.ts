import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { CONTRACTS_ROOT } from "../ts/solidity-project.ts";

const run = promisify(execFile);
const TIMEOUT_MS = 280_000;
const forge = findForge();
const inCi = process.env.CI === "true";

describe("the Solidity tests", () => {
  if (!forge && !inCi) {
    it.skip(`forge test: no forge binary for ${process.platform}-${process.arch}`);
    return;
  }

  it("pass under forge: unit, fuzz, invariants", { timeout: TIMEOUT_MS }, async () => {
    if (!forge) throw new Error("forge is not installed: npm ci with optional dependencies");
    const { stdout } = await run(forge, ["test"], {
      cwd: CONTRACTS_ROOT,
      timeout: TIMEOUT_MS,
      maxBuffer: 1 << 26,
    }).catch((failure: { stdout?: string; stderr?: string }) => {
      throw new Error(`${failure.stdout ?? ""}\n${failure.stderr ?? ""}`);
    });
    expect(stdout).toMatch(/ 0 failed/);
    expect(Number(/(\d+) tests passed/.exec(stdout)?.[1])).toBeGreaterThan(80);
  });

  it("and the sources are formatted as forge formats", async () => {
    if (!forge) return;
    await run(forge, ["fmt", "--check"], { cwd: CONTRACTS_ROOT });
  });
});

/** The binary of npm's platform package, or undefined where it has none. */
function findForge(): string | undefined {
  const architecture = process.arch === "x64" ? "amd64" : process.arch;
  const name = `@foundry-rs/forge-${process.platform}-${architecture}`;
  try {
    const binary = process.platform === "win32" ? "forge.exe" : "forge";
    return createRequire(import.meta.url).resolve(`${name}/bin/${binary}`);
  } catch {
    return undefined;
  }
}
