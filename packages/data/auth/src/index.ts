export { type Auth, type AuthOptions, createAuth } from "./auth.ts";
export { AuthError, type AuthFault } from "./auth-error.ts";
export type { Session } from "./session-token.ts";
