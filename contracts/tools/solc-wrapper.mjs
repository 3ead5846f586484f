#!/usr/bin/env node
// npm's solc as a command, for forge (`solc =` in foundry.toml) and for our build: `--version`, and standard JSON on
// stdin. Imports are files, relative to `--base-path` or from an npm package. A process of its own also because
// solc's JavaScript takes over the process's unhandled rejections.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";

const require = createRequire(import.meta.url);
const solc = require("solc");
const args = process.argv.slice(2);

if (args.includes("--version")) {
  // forge reads the version from the native build's wording
  const version = solc.version().replace("Emscripten.clang", "Linux.g++");
  console.log(`solc, the solidity compiler commandline interface\nVersion: ${version}`);
} else {
  const base = args.includes("--base-path") ? args[args.indexOf("--base-path") + 1] : ".";
  const input = readFileSync(0, "utf8");
  process.stdout.write(solc.compile(input, { import: (path) => read(base, path) }));
}

function read(base, path) {
  try {
    const file = path.startsWith("@") ? require.resolve(path) : resolve(base, path);
    return { contents: readFileSync(file, "utf8") };
  } catch (error) {
    return { error: error.message };
  }
}
