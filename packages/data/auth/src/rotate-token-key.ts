import { generateKeyPairSync, randomUUID } from "node:crypto";
import { open, readFile, rename, rm, stat } from "node:fs/promises";
import { AuthError } from "./auth-error.ts";
import { generateSecretKey, isFault, type KeyFile, parseKeyFile } from "./token-keys.ts";

export interface RotateOptions {
  readonly nowMs: number;
  /**
   * How long a key is kept after another took its place. Default 25 h, an hour more than a token lives. 0 takes every
   * other key away at once, for a key that leaked: everybody logs in again.
   */
  readonly keepMs?: number;
}

export interface Rotation {
  readonly kid: string;
  readonly kept: readonly string[];
  readonly dropped: readonly string[];
}

const KEEP_MS = 25 * 3_600_000;
const KEYS_MAX = 16;
/** A draft older than this was left by a process that died. */
const DRAFT_STALE_MS = 60_000;

/**
 * Puts a new signing key, of the algorithm that signs now, before those in the file. Every process that shares the
 * file takes it up within seconds, and none refuses a token that was good.
 *
 * @throws {AuthError} `AUTH_KEY_FILE_INVALID`; `AUTH_KEY_FILE_BUSY` while another rotation is under way
 */
export async function rotateTokenKey(path: string, options: RotateOptions): Promise<Rotation> {
  const draftPath = `${path}.next`;
  // The draft is the lock too: of two rotations the second would lose the first one's key.
  const draft = await openDraft(draftPath, path);
  try {
    const { keys } = parseKeyFile(path, await readKeyFile(path));
    const { kept, dropped } = sortOut(keys, options);
    const made = makeKey(path, keys, options.nowMs);
    await draft.writeFile(`${JSON.stringify({ keys: [made, ...kept] }, null, 2)}\n`);
    await draft.sync();
    await rename(draftPath, path);
    return { kid: made.kid, kept: kept.map(kidOf), dropped: dropped.map(kidOf) };
  } catch (error) {
    await rm(draftPath, { force: true });
    throw error;
  } finally {
    await draft.close();
  }
}

/** A key is needed for as long after its successor was made as tokens live. Of one without a date nothing is known. */
function sortOut(
  keys: KeyFile["keys"],
  { nowMs, keepMs = KEEP_MS }: RotateOptions,
): { kept: KeyFile["keys"]; dropped: KeyFile["keys"] } {
  const kept = keys.filter((_, index) => {
    if (keepMs === 0 || index >= KEYS_MAX - 1) return false;
    const replacedAtMs = index === 0 ? nowMs : (keys[index - 1]?.iat ?? nowMs / 1000) * 1000;
    return replacedAtMs + keepMs > nowMs;
  });
  return { kept, dropped: keys.filter((key) => !kept.includes(key)) };
}

function makeKey(path: string, keys: KeyFile["keys"], nowMs: number): KeyFile["keys"][number] {
  const signing = keys.find((key) => key.kty === "oct" || key.d !== undefined);
  if (!signing) {
    const reason = "it has public keys only: rotate where the private ones are";
    throw new AuthError({ code: "AUTH_KEY_FILE_INVALID", path, reason });
  }
  if (signing.kty === "oct") return generateSecretKey(nowMs);
  const { x = "", d = "" } = generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" });
  const iat = Math.floor(nowMs / 1000);
  return { kty: "OKP", crv: "Ed25519", kid: randomUUID(), alg: "EdDSA", iat, x, d };
}

async function openDraft(draftPath: string, path: string) {
  for (const mayClear of [true, false]) {
    try {
      return await open(draftPath, "wx", 0o600);
    } catch (error) {
      if (!isFault(error, "EEXIST")) throw unusable(path, error);
      if (!mayClear || !(await isStale(draftPath))) break;
      await rm(draftPath, { force: true });
    }
  }
  throw new AuthError(
    { code: "AUTH_KEY_FILE_BUSY", path },
    `another rotation of ${path} is under way: try again in a minute`,
  );
}

async function isStale(draftPath: string): Promise<boolean> {
  const found = await stat(draftPath).catch(() => undefined);
  return found === undefined || Date.now() - found.mtimeMs > DRAFT_STALE_MS;
}

async function readKeyFile(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw unusable(path, error);
  }
}

function unusable(path: string, cause: unknown): AuthError {
  const missing = "there is no such file: it is made when a service first starts";
  const reason = isFault(cause, "ENOENT") ? missing : String(cause);
  return new AuthError({ code: "AUTH_KEY_FILE_INVALID", path, reason });
}

function kidOf({ kid }: { readonly kid: string }): string {
  return kid;
}
