#!/usr/bin/env node
// Plain JavaScript that any Node can run: it hands over to the Node this project pins when its own is too old.
import { spawn } from "node:child_process";
import module, { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const OLDEST_MAJOR = 24;
const main = new URL("../src/main.ts", import.meta.url);

if (Number(process.versions.node.split(".")[0]) >= OLDEST_MAJOR) {
  // what was compiled once is read again the next time: a quarter off every start but the first
  module.enableCompileCache(
    fileURLToPath(new URL("../../../node_modules/.cache/ghost", import.meta.url)),
  );
  process.argv[1] = fileURLToPath(main);
  await import(main.href);
} else {
  const again = [fileURLToPath(import.meta.url), ...process.argv.slice(2)];
  const child = spawn(pinnedNode(), again, { stdio: "inherit" });
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(name, () => child.kill(name));
  child.once("exit", (code) => {
    process.exitCode = code ?? 1;
  });
}

function pinnedNode() {
  const platform = process.platform === "win32" ? "win" : process.platform;
  try {
    const require = createRequire(import.meta.url);
    return require.resolve(`node-${platform}-${process.arch}/bin/node`);
  } catch {
    console.error(
      `error: ghost needs Node ${OLDEST_MAJOR} or later; this is ${process.versions.node}, and none is ` +
        `packaged for ${process.platform}-${process.arch}. Install Node ${OLDEST_MAJOR} and run again.`,
    );
    process.exit(1);
  }
}
