import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./workspace.ts";

const PAGE = join(ROOT, "apps/web");
const STAMP = join(PAGE, "build/.inputs");
/** Everything the bundle is made of; packages the page imports included. */
const INPUTS = [
  "package-lock.json",
  "apps/web/{package.json,tsconfig.json,vite.config.ts}",
  "apps/web/{src,static}/**/*",
  "packages/data/{sdk,feed}/src/**/*",
];

/** Builds `apps/web/build` unless it is already made of exactly these inputs. */
export async function buildPage(): Promise<void> {
  const inputs = hashInputs();
  if (existsSync(STAMP) && readFileSync(STAMP, "utf8") === inputs) return;
  console.log("building the page …");
  await runVite();
  writeFileSync(STAMP, inputs);
}

function hashInputs(): string {
  const hash = createHash("sha256");
  for (const file of globSync(INPUTS, { cwd: ROOT, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()) {
    hash.update(file.slice(ROOT.length)).update("\0").update(readFileSync(file)).update("\0");
  }
  return hash.digest("hex");
}

function runVite(): Promise<void> {
  const vite = join(ROOT, "node_modules/vite/bin/vite.js");
  const child = spawn(process.execPath, [vite, "build", "--logLevel", "warn"], {
    cwd: PAGE,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => said.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => said.push(chunk));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`the page does not build:\n${Buffer.concat(said).toString()}`));
    });
  });
}
