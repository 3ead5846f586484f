export { type Auth, type AuthOptions, createAuth } from "./auth.ts";
export { AuthError, type AuthFault } from "./auth-error.ts";
export { type RotateOptions, type Rotation, rotateTokenKey } from "./rotate-token-key.ts";
export type { Session } from "./session-token.ts";
