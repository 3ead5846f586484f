export type EncodingFault =
  | { code: "HEX_MALFORMED"; text: string }
  | { code: "NUMBER_NEGATIVE"; text: string }
  | { code: "NUMBER_TOO_LARGE"; text: string; sizeBytes: number }
  | { code: "RLP_MALFORMED"; reason: string; offset: number };

/** What this package throws. It stands below `service`, so it does not extend `CodedError`. */
export class EncodingError extends Error {
  override readonly name = "EncodingError";
  readonly code: EncodingFault["code"];
  readonly fault: EncodingFault;

  constructor(fault: EncodingFault) {
    const { code, ...detail } = fault;
    super(`${code}: ${JSON.stringify(detail)}`);
    this.code = code;
    this.fault = fault;
  }
}
