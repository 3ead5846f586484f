import { createDecipheriv, createECDH, createHash, createHmac, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { testVectors } from "@ghostchain/tools/vectors";
import { expect } from "vitest";

interface EncryptionCase {
  readonly decryption_type: string;
  readonly key: string;
  readonly cipher: string;
  readonly payload: string;
}

/**
 * Origin: ethereum/tests, BasicTests/crypto.json. Nothing here encrypts so yet; the vectors pin down how Node's
 * primitives have to be put together for a wallet or a peer that does.
 */
testVectors("BasicTests/crypto", "ethereum/BasicTests", (directory, tally) => {
  const file = join(directory, "crypto.json");
  const cases: Record<string, EncryptionCase> = JSON.parse(readFileSync(file, "utf8"));
  for (const [name, { decryption_type: kind, key, cipher, payload }] of Object.entries(cases)) {
    tally.check(name, () => {
      const decrypt = DECRYPTIONS[kind];
      if (decrypt === undefined) throw new Error(`no decryption ${kind}`);
      const plain = decrypt(Buffer.from(key, "hex"), Buffer.from(cipher, "hex"));
      expect(plain.toString("hex")).toBe(payload);
    });
  }
});

const DECRYPTIONS: Record<string, (key: Buffer, cipher: Buffer) => Buffer> = {
  aes_ctr: (key, cipher) => decryptCtr("aes-256-ctr", key, Buffer.alloc(16), cipher),
  ecies_sec1_altered: decryptEcies,
};

/** Ephemeral key (65 bytes), initial counter (16), text, and over both of them a MAC (32). */
function decryptEcies(privateKey: Buffer, cipher: Buffer): Buffer {
  const ecdh = createECDH("secp256k1");
  ecdh.setPrivateKey(privateKey);
  const shared = ecdh.computeSecret(cipher.subarray(0, 65));
  const keys = sha256(Buffer.concat([Buffer.from([0, 0, 0, 1]), shared]));
  const sealed = cipher.subarray(65, -32);
  const mac = createHmac("sha256", sha256(keys.subarray(16)))
    .update(sealed)
    .digest();
  if (!timingSafeEqual(mac, cipher.subarray(-32))) throw new Error("the MAC is wrong");
  return decryptCtr(
    "aes-128-ctr",
    keys.subarray(0, 16),
    sealed.subarray(0, 16),
    sealed.subarray(16),
  );
}

function decryptCtr(algorithm: string, key: Buffer, counter: Buffer, text: Buffer): Buffer {
  const decipher = createDecipheriv(algorithm, key, counter);
  return Buffer.concat([decipher.update(text), decipher.final()]);
}

function sha256(bytes: Buffer): Buffer {
  return createHash("sha256").update(bytes).digest();
}
