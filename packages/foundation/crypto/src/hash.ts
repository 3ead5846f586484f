import { hash } from "node:crypto";
import { createBLAKE3, createKeccak } from "hash-wasm";

/** One instance each, used again for every call: hashing is synchronous, so no two calls interleave. */
const keccak = await createKeccak(256);
const blake = await createBLAKE3(256);

/** 32 bytes. The padding of the original Keccak, as Ethereum uses it, not that of SHA3-256. */
export function keccak256(bytes: Uint8Array): Uint8Array {
  return keccak.init().update(bytes).digest("binary");
}

/** 32 bytes, unkeyed. */
export function blake3(bytes: Uint8Array): Uint8Array {
  return blake.init().update(bytes).digest("binary");
}

/** 32 bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return plain(hash("sha256", bytes, "buffer"));
}

/** 20 bytes. */
export function ripemd160(bytes: Uint8Array): Uint8Array {
  return plain(hash("ripemd160", bytes, "buffer"));
}

/** The same bytes without Buffer's own `slice` and `toString`. */
function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
