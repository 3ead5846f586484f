/** `npm run bench -- NAME`: runs `bench/NAME.bench.ts` with the peers it measures against installed. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const BENCH = import.meta.dirname;
const names = globSync("*.bench.ts", { cwd: BENCH }).map((file) => file.replace(".bench.ts", ""));
const [name, ...rest] = process.argv.slice(2);

if (name === undefined || !names.includes(name)) {
  console.error(`usage: npm run bench -- NAME, where NAME is one of: ${names.sort().join(", ")}`);
  process.exit(2);
}
installPeers();
const run = spawnSync(process.execPath, [join(BENCH, `${name}.bench.ts`), ...rest], {
  stdio: "inherit",
});
process.exitCode = run.status ?? 1;

/** Peers have a lockfile of their own, so that those who only use the product never download them. */
function installPeers(): void {
  const lock = readFileSync(join(BENCH, "package-lock.json"));
  const wanted = createHash("sha256").update(lock).digest("hex");
  const stamp = join(BENCH, "node_modules/.installed");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  console.error("installing the peers to measure against …");
  const npm = spawnSync("npm", ["ci", "--no-audit", "--no-fund"], { cwd: BENCH, stdio: "inherit" });
  if (npm.status !== 0) process.exit(npm.status ?? 1);
  writeFileSync(stamp, wanted);
}
