import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { FORMS } from "../../src/settings/forms.ts";
import { type CommandForm, parseSettings } from "../../src/settings/parse-settings.ts";

const ROOT = resolve(import.meta.dirname, "../../../..");
const DEPLOY = join(ROOT, "deploy");

const service = z.object({
  image: z.string(),
  build: z.object({ context: z.string(), dockerfile: z.string() }).optional(),
  user: z.string(),
  read_only: z.literal(true),
  restart: z.literal("unless-stopped"),
  security_opt: z.tuple([z.literal("no-new-privileges:true")]),
  networks: z.array(z.string()),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).default({}),
  secrets: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  ports: z.array(z.string()).default([]),
  depends_on: z
    .union([z.array(z.string()), z.record(z.string(), z.object({ condition: z.string() }))])
    .default([]),
  healthcheck: z.object({ test: z.array(z.string()) }).optional(),
});
const composeFile = z.object({
  services: z.record(z.string(), service),
  networks: z.record(z.string(), z.unknown()),
  volumes: z.record(z.string(), z.unknown()),
  secrets: z.record(z.string(), z.object({ file: z.string() })),
});
type Service = z.output<typeof service>;

const compose = composeFile.parse(
  parse(readFileSync(join(DEPLOY, "compose.yaml"), "utf8"), { merge: true }),
);
const services = Object.entries(compose.services);
const ours = services.filter(([, { image }]) => image === "ghostchain:local");

/** Read by deploy/entrypoint.sh, not by ghost. */
const ENTRYPOINT_VARIABLES = ["PGPASSWORD_FILE"];

function formOf({ command: [name = ""] = [] }: Service): CommandForm {
  const form = Object.values(FORMS).find((one) => one.name === name);
  if (!form) throw new Error(`there is no ghost ${name}`);
  return form;
}

describe("deploy/compose.yaml", () => {
  it("runs every process of the stack", () => {
    expect(ours.map(([, one]) => one.command?.[0])).toEqual([
      ...["node", "game", "indexer", "gateway", "api"],
    ]);
  });

  it.each(ours)("gives %s flags and variables that it takes", (_, one) => {
    const form = formOf(one);
    const settings = parseSettings(form, one.command?.slice(1) ?? [], one.environment);
    expect(settings).toMatchObject({ "--host": "0.0.0.0" });
    const known: readonly string[] = [...form.options, ...ENTRYPOINT_VARIABLES];
    const unknown = Object.keys(one.environment).filter((name) => !known.includes(name));
    expect(unknown).toEqual([]);
  });

  it.each(ours)("looks after %s where it says how it is", (_, one) => {
    const settings = parseSettings(formOf(one), one.command?.slice(1) ?? [], one.environment);
    if (settings === "help") throw new Error("no flag asks for help");
    const port = settings["--status-port"] ?? settings["--api-port"];
    expect(one.healthcheck?.test.at(-1)).toBe(`http://127.0.0.1:${port}/health`);
  });

  it("reaches services by the names and ports that they have", () => {
    const urls = services.flatMap(([, { environment }]) =>
      ["DATABASE_URL", "REDIS_URL", "RPC_URL"].flatMap((name) => environment[name] ?? []),
    );
    expect(urls.length).toBeGreaterThan(6);
    const places = { postgres: "5432", redis: "6379", node: "8545" };
    for (const { hostname, port, password } of urls.map((url) => new URL(url))) {
      expect(Object.entries(places)).toContainEqual([hostname, port]);
      expect(password).toBe("");
    }
  });

  it("lets everybody who signs or checks share the same key files", () => {
    for (const [name, one] of ours) {
      const files = Object.entries(one.environment).filter(([key]) => key.endsWith("KEY_FILE"));
      for (const [, file] of files) expect(file, name).toMatch(/^\/keys\//);
      expect(one.volumes.includes("keys:/keys"), name).toBe(files.length > 0);
    }
  });

  it("opens ports to this machine alone", () => {
    for (const port of services.flatMap(([, { ports }]) => ports))
      expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });

  it("runs nobody as root", () => {
    for (const [name, { user }] of services) expect(user, name).not.toMatch(/^(root|0)(:|$)/);
  });

  it("keeps every secret in a file that is not in the repository", () => {
    const named = new Set(services.flatMap(([, { secrets }]) => secrets));
    expect([...named].sort()).toEqual(Object.keys(compose.secrets).sort());
    for (const { file } of Object.values(compose.secrets)) {
      const ignored = spawnSync("git", ["check-ignore", "-q", join(DEPLOY, file)], { cwd: ROOT });
      expect(ignored.status, file).toBe(0);
    }
  });

  it("mounts what is there, names what is declared, and waits for what can be healthy", () => {
    for (const [name, one] of services) {
      for (const [source = ""] of one.volumes.map((volume) => volume.split(":"))) {
        if (source.startsWith(".")) expect(existsSync(join(DEPLOY, source)), source).toBe(true);
        else expect(Object.keys(compose.volumes), name).toContain(source);
      }
      for (const network of one.networks) expect(compose.networks).toHaveProperty(network);
      const { depends_on: needs } = one;
      for (const needed of Array.isArray(needs) ? needs : Object.keys(needs)) {
        expect(Object.keys(compose.services), name).toContain(needed);
        if (!Array.isArray(needs)) expect(compose.services[needed]?.healthcheck).toBeDefined();
      }
      if (one.build) expect(existsSync(join(DEPLOY, one.build.context, one.build.dockerfile)));
    }
  });
});

describe("deploy/entrypoint.sh", () => {
  const directory = mkdtempSync(join(tmpdir(), "ghost-entrypoint-"));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  const run = (environment: Record<string, string>, ...flags: string[]) =>
    spawnSync(join(DEPLOY, "entrypoint.sh"), flags, {
      env: { PATH: process.env.PATH, ...environment },
      encoding: "utf8",
    });

  it("runs ghost with what it is given", () => {
    expect(run({}, "api", "--help").stdout).toContain("usage: ghost api");
  });

  it("reads the database's password from its file, and says which file it cannot read", () => {
    const file = join(directory, "password");
    writeFileSync(file, "it's $ecret\n");
    // a fake node says what it was given
    writeFileSync(join(directory, "node"), '#!/bin/sh\nprintf %s "$PGPASSWORD"\n', { mode: 0o755 });
    const environment = { PATH: `${directory}:${process.env.PATH}` };
    expect(run({ ...environment, PGPASSWORD_FILE: file }).stdout).toBe("it's $ecret");
    const missing = run({ ...environment, PGPASSWORD_FILE: `${file}-missing` });
    expect(missing.status).not.toBe(0);
    expect(missing.stderr).toContain("password-missing");
  });
});
