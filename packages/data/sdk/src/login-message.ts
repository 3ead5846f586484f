export interface LoginFields {
  /** EIP-55 checksummed: some wallets refuse to sign another spelling. */
  readonly address: string;
  /** The page that asks: `https://ghost.example`. */
  readonly origin: string;
  readonly chainId: number;
  readonly nonce: string;
  readonly issuedAtMs: number;
  readonly statement?: string;
}

/** The text that a wallet signs to log in. @see EIP-4361 */
export function createLoginMessage(fields: LoginFields): string {
  const { address, origin, chainId, nonce, issuedAtMs, statement } = fields;
  return [
    `${new URL(origin).host} wants you to sign in with your Ethereum account:`,
    address,
    "",
    ...(statement === undefined ? [] : [statement]),
    "",
    `URI: ${origin}`,
    "Version: 1",
    `Chain ID: ${chainId}`,
    `Nonce: ${nonce}`,
    `Issued At: ${new Date(issuedAtMs).toISOString()}`,
  ].join("\n");
}
