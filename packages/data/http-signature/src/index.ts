export type { Algorithm } from "./algorithm.ts";
export { createDatabaseNonceStore } from "./database-nonce-store.ts";
export { HttpSignatureError, type HttpSignatureFault } from "./http-signature-error.ts";
export { type FieldLines, fieldLinesOf, type RequestMessage } from "./message.ts";
export { MemoryNonceStore, type NonceStore } from "./nonce-store.ts";
export type { MachineClient } from "./read-clients.ts";
export {
  type RequestToSign,
  type SigningIdentity,
  type SigningOptions,
  signRequest,
} from "./sign-request.ts";
export {
  createSignedClients,
  type SignedClients,
  type SignedClientsOptions,
  type SignedClientsParts,
} from "./signed-clients.ts";
export { isSigned, type VerificationRules, verifyRequest } from "./verify-request.ts";
