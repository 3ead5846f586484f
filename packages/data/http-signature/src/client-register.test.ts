import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSilentLogger, FakeClock } from "@ghostchain/service";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { ClientRegister } from "./client-register.ts";
import { HttpSignatureError } from "./http-signature-error.ts";
import { readClients } from "./read-clients.ts";

const { publicKey, privateKey } = generateKeyPairSync("ed25519");
const JWK = publicKey.export({ format: "jwk" });
const BOT = {
  keyid: "bot",
  name: "Bot",
  publicKey: JWK,
  limits: { heavy: 10 },
  methods: ["eth_*"],
};
const SECRET = randomBytes(32).toString("base64url");

const directory = mkdtempSync(join(tmpdir(), "ghost-clients-"));
const path = join(directory, "clients.json");
afterEach(() => rmSync(path, { force: true }));

function read(...entries: unknown[]) {
  return readClients("clients.json", JSON.stringify(entries));
}

describe("readClients", () => {
  it("gives each client its key, limits and methods", () => {
    const clients = read(BOT, { keyid: "hook", name: "Hook", secret: SECRET });
    expect(clients.get("bot")?.client).toEqual({
      ...{ keyid: "bot", name: "Bot", limits: { heavy: 10 }, methods: ["eth_*"] },
    });
    expect(clients.get("bot")?.key.asymmetricKeyType).toBe("ed25519");
    expect(clients.get("hook")?.key.type).toBe("secret");
  });

  it.each([
    ["neither key nor secret", { keyid: "a", name: "A" }],
    ["both", { keyid: "a", name: "A", publicKey: JWK, secret: SECRET }],
    ["a private key", { keyid: "a", name: "A", publicKey: privateKey.export({ format: "jwk" }) }],
    ["a short secret", { keyid: "a", name: "A", secret: SECRET.slice(4) }],
    ["a broken key", { keyid: "a", name: "A", publicKey: { kty: "OKP", crv: "Ed25519", x: "AA" } }],
    ["another curve", { keyid: "a", name: "A", publicKey: secp256k1() }],
    ["an unknown limit", { ...BOT, limits: { lots: 1 } }],
    ["a limit of nothing", { ...BOT, limits: { heavy: 0 } }],
    ["an unknown member", { ...BOT, admin: true }],
    ["a keyid twice", { ...BOT, name: "Other" }],
  ])("refuses %s and names the entry", (_, entry) => {
    const error = catchFrom(() => read(BOT, entry));
    expect(error).toMatchObject({ code: "SIGNATURE_CLIENTS_INVALID" });
    expect(error.message).toContain(`entry 1 (${entry.keyid})`);
  });

  it("says nothing of what a secret or a private key contains", () => {
    const { d = "" } = privateKey.export({ format: "jwk" });
    const texts = [
      `[{"keyid":"a","secret":"${SECRET}" oops`,
      JSON.stringify([{ keyid: "a", name: "A", secret: `${SECRET}!` }]),
      JSON.stringify([{ keyid: "a", name: "A", publicKey: { ...JWK, d } }]),
    ];
    for (const text of texts) {
      const error = catchFrom(() => readClients("clients.json", text));
      const said = error.message + JSON.stringify(error.fault);
      expect(said).not.toContain(SECRET.slice(0, 8));
      expect(said).not.toContain(d.slice(0, 8));
    }
  });

  it("throws nothing but its own error, whatever the file holds", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.array(fc.anything()).map((a) => `${JSON.stringify(a)}`),
        ),
        (text) => {
          try {
            readClients("clients.json", text);
          } catch (error) {
            expect(error).toBeInstanceOf(HttpSignatureError);
          }
        },
      ),
    );
  });
});

describe("ClientRegister", () => {
  it("reads its file again when it changes, and keeps what it had while it is broken", async () => {
    const clock = new FakeClock();
    const register = new ClientRegister({ clock, logger: createSilentLogger() }, path);
    writeFileSync(path, JSON.stringify([BOT]));
    await register.open();
    expect((await register.find("bot"))?.client.name).toBe("Bot");
    writeFileSync(path, JSON.stringify([BOT, { ...BOT, keyid: "bot-2" }]));
    await clock.advance(1_000);
    expect((await register.find("bot-2"))?.client.keyid).toBe("bot-2");
    writeFileSync(path, "broken");
    await clock.advance(1_000);
    expect((await register.find("bot-2"))?.client.keyid).toBe("bot-2");
    rmSync(path);
    await clock.advance(1_000);
    expect((await register.find("bot-2"))?.client.keyid).toBe("bot-2");
    writeFileSync(path, JSON.stringify([{ ...BOT, keyid: "bot-3" }]));
    await clock.advance(1_000);
    expect(await register.find("bot")).toBeUndefined();
  });

  it("does not start without its file", async () => {
    const register = new ClientRegister(
      { clock: new FakeClock(), logger: createSilentLogger() },
      path,
    );
    await expect(register.open()).rejects.toMatchObject({
      fault: { code: "SIGNATURE_CLIENTS_INVALID", entry: "the file itself", reason: "ENOENT" },
    });
  });
});

function secp256k1() {
  return generateKeyPairSync("ec", { namedCurve: "secp256k1" }).publicKey.export({ format: "jwk" });
}

function catchFrom(act: () => unknown): HttpSignatureError {
  try {
    act();
  } catch (error) {
    if (error instanceof HttpSignatureError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
