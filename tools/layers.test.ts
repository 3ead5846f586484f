import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { listPackages, listSources, ROOT, readJson, readText } from "./workspace.ts";

/** Who may know whom (ARCHITECTURE.md): a layer and those it may import. Every layer may import itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  foundation: [],
  vm: ["foundation"],
  chain: ["vm", "foundation"],
  data: ["foundation"],
  edge: ["foundation"],
  wallet: ["foundation"],
  contracts: ["foundation"],
  products: ["data", "contracts", "foundation"],
  apps: ["products", "data", "chain", "vm", "edge", "wallet", "contracts", "foundation"],
};

/** Packages whose sources may not reach for time, randomness, disk or network. */
const PURE = ["packages/vm/", "packages/chain/protocol", "packages/chain/consensus"];
const IMPURE_MODULES =
  /^node:(fs|net|http|https|dgram|child_process|worker_threads|os|timers|dns|tls)/;
const IMPURE_CALLS =
  /\b(Date\.now\(|new Date\(\)|Math\.random\(|setTimeout\(|setInterval\(|process\.(?!emitWarning))/;

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s[^;'"]*?from\s+["']([^"']+)["']|import\(\s*["']([^"']+)["']\s*\)|(?:^|\n)\s*import\s+["']([^"']+)["']/g;

const packages = listPackages();
const byName = new Map(packages.map((one) => [one.name, one]));

function layerOf(directory: string): string {
  const [top = "", second = ""] = directory.split("/");
  return top === "packages" ? second : top;
}

function importsOf(file: string): string[] {
  return [...(readText(file) ?? "").matchAll(IMPORT)].map((m) => m[1] ?? m[2] ?? m[3] ?? "");
}

/** `@ghostchain/feed/wire` → `@ghostchain/feed` */
function packageNameOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

describe("layers", () => {
  it("sees the packages there are", () => {
    expect(packages.length).toBeGreaterThan(15);
  });

  it("knows every layer", () => {
    const unknown = packages.filter(({ directory }) => !(layerOf(directory) in MAY_IMPORT));
    expect(unknown.map(({ directory }) => directory)).toEqual([]);
  });

  it("has arrows that point down only, in manifests", () => {
    const upward = packages.flatMap(({ directory, manifest }) =>
      Object.keys(manifest.dependencies ?? {}).flatMap((name) => {
        const target = byName.get(name);
        return target && !mayImport(directory, target.directory) ? [`${directory} → ${name}`] : [];
      }),
    );
    expect(upward).toEqual([]);
  });

  it("has arrows that point down only, in imports", () => {
    const upward = packages.flatMap(({ directory }) =>
      listSources(directory).flatMap((file) =>
        importsOf(file).flatMap((specifier) => {
          const target = byName.get(packageNameOf(specifier));
          return target && !mayImport(directory, target.directory)
            ? [`${file} → ${specifier}`]
            : [];
        }),
      ),
    );
    expect(upward).toEqual([]);
  });

  it("never reaches into another package's files", () => {
    const reaching = packages.flatMap(({ directory }) =>
      listSources(directory).flatMap((file) =>
        importsOf(file)
          .filter((specifier) => specifier.startsWith("."))
          .filter((specifier) => !join(file, "..", specifier).startsWith(directory))
          .map((specifier) => `${file} → ${specifier}`),
      ),
    );
    expect(reaching).toEqual([]);
  });

  it("references in tsconfig.json what the manifest depends on", () => {
    const wrong = packages.flatMap(({ directory, manifest }) => {
      if (directory === "apps/web") return [];
      const config = readJson<{ references?: { path: string }[] }>(
        join(ROOT, directory, "tsconfig.json"),
      );
      const referenced = new Set(
        (config.references ?? []).map(({ path }) => join(directory, path).replaceAll("\\", "/")),
      );
      return Object.keys(manifest.dependencies ?? {}).flatMap((name) => {
        const target = byName.get(name);
        return target && !referenced.has(target.directory) ? [`${directory} lacks ${name}`] : [];
      });
    });
    expect(wrong).toEqual([]);
  });

  it("has no cycle among packages", () => {
    for (const { name } of packages) expect(reachableFrom(name).has(name), name).toBe(false);
  });
});

describe("pure packages", () => {
  const sources = packages
    .filter(({ directory }) => PURE.some((prefix) => directory.startsWith(prefix)))
    .flatMap(({ directory }) => listSources(directory));

  it("import no disk, network, timer or thread", () => {
    const impure = sources.flatMap((file) =>
      importsOf(file)
        .filter((specifier) => IMPURE_MODULES.test(specifier))
        .map((specifier) => `${file} → ${specifier}`),
    );
    expect(impure).toEqual([]);
  });

  it("ask no clock and no dice", () => {
    const impure = sources.filter((file) =>
      IMPURE_CALLS.test(withoutComments(readText(file) ?? "")),
    );
    expect(impure).toEqual([]);
  });
});

function mayImport(from: string, to: string): boolean {
  const layer = layerOf(from);
  const target = layerOf(to);
  if (layer === target) return layer !== "apps";
  return (MAY_IMPORT[layer] ?? []).includes(target);
}

function reachableFrom(start: string): Set<string> {
  const seen = new Set<string>();
  const queue = [start];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    for (const next of Object.keys(byName.get(name)?.manifest.dependencies ?? {})) {
      if (!byName.has(next) || seen.has(next)) continue;
      seen.add(next);
      queue.push(next);
    }
  }
  return seen;
}

function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\//g, "").replace(/\/\/.*$/gm, "");
}
