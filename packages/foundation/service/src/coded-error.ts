/** What went wrong, as data. `code` is public API: documented, never reused. */
export interface Fault {
  readonly code: string;
}

/**
 * The base of every package's error. Match on `code`, never on the text.
 *
 * The message is a sentence for a person; the fault is for the program. Never put a secret in a fault:
 * it is logged.
 */
export class CodedError<F extends Fault = Fault> extends Error {
  readonly fault: F;

  constructor(fault: F, message?: string, options?: ErrorOptions) {
    super(message ?? describeFault(fault), options);
    this.name = new.target.name;
    this.fault = fault;
  }

  get code(): F["code"] {
    return this.fault.code;
  }
}

/** `CODE: key=value key=value`, for faults that bring no sentence of their own. */
function describeFault(fault: Fault): string {
  const details = Object.entries(fault)
    .filter(([key]) => key !== "code")
    .map(
      ([key, value]) => `${key}=${typeof value === "object" ? stringify(value) : String(value)}`,
    );
  return details.length === 0 ? fault.code : `${fault.code}: ${details.join(" ")}`;
}

function stringify(value: unknown): string {
  return (
    JSON.stringify(value, (_, inner) => (typeof inner === "bigint" ? `${inner}` : inner)) ?? ""
  );
}
