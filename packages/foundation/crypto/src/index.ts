export { CryptoError, type CryptoFault } from "./crypto-error.ts";
export { parseDerSignature } from "./der-signature.ts";
export {
  type Ed25519KeyPair,
  ed25519PublicKeyOf,
  generateEd25519KeyPair,
  signEd25519,
  verifyEd25519,
} from "./ed25519.ts";
export { blake3, keccak256, ripemd160, sha256 } from "./hash.ts";
export type { RecoveryItem } from "./recovery-batch.ts";
export {
  createRecoveryPool,
  type RecoveryPool,
  type RecoveryPoolOptions,
} from "./recovery-pool.ts";
export {
  type EcdsaSignature,
  generatePrivateKey,
  isLowS,
  isPrivateKey,
  parsePublicKey,
  publicKeyOf,
  type RecoverableSignature,
  recoverPublicKey,
  SECP256K1_ORDER,
  signDigest,
  toLowS,
  verifyDigest,
} from "./secp256k1.ts";
