import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import generate, { astToString, type OpenAPI3 } from "openapi-typescript";

const MODULES = resolve(import.meta.dirname, "../../../../../node_modules");

/** What a stranger does with our OpenAPI document: generates types from it and writes a program with them. */
export class GeneratedClient {
  readonly #directory = mkdtempSync(join(tmpdir(), "ghost-client-"));

  static async from(document: OpenAPI3, program: string): Promise<GeneratedClient> {
    const client = new GeneratedClient();
    const directory = client.#directory;
    symlinkSync(MODULES, join(directory, "node_modules"));
    writeFileSync(join(directory, "package.json"), '{ "type": "module" }');
    writeFileSync(join(directory, "api.ts"), astToString(await generate(document)));
    writeFileSync(join(directory, "client.ts"), program);
    return client;
  }

  /** @returns what the compiler has against the program; empty for nothing */
  async typeCheck(): Promise<string> {
    const flags = ["--noEmit", "--strict", "--skipLibCheck", "--allowImportingTsExtensions"];
    const modules = ["--module", "nodenext", "--target", "es2024", "--types", "node"];
    const tsc = join(MODULES, "typescript/bin/tsc");
    return (await this.#run(tsc, ...flags, ...modules, "client.ts")).output;
  }

  /** @returns what it printed, as JSON */
  // biome-ignore lint/suspicious/noExplicitAny: the test looks into it
  async run(apiUrl: string): Promise<any> {
    const { status, output } = await this.#run("client.ts", apiUrl);
    if (status !== 0) throw new Error(output);
    return JSON.parse(output);
  }

  close(): void {
    rmSync(this.#directory, { recursive: true });
  }

  #run(...command: string[]): Promise<{ status: number | null; output: string }> {
    const cwd = this.#directory;
    const child = spawn(process.execPath, command, { cwd, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (part) => {
      output += part;
    });
    child.stderr.on("data", (part) => {
      output += part;
    });
    return new Promise((resolved, reject) => {
      child.once("error", reject);
      child.once("close", (status) => resolved({ status, output }));
    });
  }
}
