import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadTokenKeys } from "../../src/token-keys.ts";

let directory = "";
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "ghost-auth-"));
});
afterAll(() => rm(directory, { recursive: true }));

describe("loadTokenKeys", () => {
  it("makes one key that only its owner can read, and finds it again", async () => {
    const path = join(directory, "deep", "keys.json");
    const [made] = await loadTokenKeys(path);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await loadTokenKeys(path)).map(({ id }) => id)).toEqual([made?.id]);
  });

  it("agrees on one key when several processes start at once", async () => {
    const path = join(directory, "race.json");
    const all = await Promise.all(Array.from({ length: 8 }, () => loadTokenKeys(path)));
    expect(new Set(all.map(([key]) => key?.id)).size).toBe(1);
  });

  it("reads the public half of an Ed25519 key as one that verifies only", async () => {
    const path = join(directory, "public.json");
    const x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"; // RFC 8037, appendix A.2
    await writeFile(
      path,
      JSON.stringify({ keys: [{ kty: "OKP", crv: "Ed25519", kid: "p", alg: "EdDSA", x }] }),
    );
    expect(await loadTokenKeys(path)).toMatchObject([
      { id: "p", algorithm: "EdDSA", signKey: undefined },
    ]);
  });

  it.each([
    ["text that is not JSON", "secret-that-must-not-leak"],
    ["no key", '{"keys":[]}'],
    ["a short secret", '{"keys":[{"kty":"oct","kid":"a","alg":"HS256","k":"c2hvcnQ"}]}'],
    ["an algorithm we do not use", '{"keys":[{"kty":"RSA","kid":"a","alg":"RS256"}]}'],
    ["two keys with one kid", JSON.stringify({ keys: [secret("a"), secret("a")] })],
  ])("refuses %s, without repeating what the file holds", async (name, text) => {
    const path = join(directory, `bad-${name.length}.json`);
    await writeFile(path, text);
    const error: unknown = await loadTokenKeys(path).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "AUTH_KEY_FILE_INVALID" });
    expect(String(error)).not.toMatch(/secret-that|c2hvcnQ|AAAA/);
    expect(await readFile(path, "utf8")).toBe(text);
  });
});

function secret(kid: string) {
  return { kty: "oct", kid, alg: "HS256", k: "A".repeat(43) };
}
