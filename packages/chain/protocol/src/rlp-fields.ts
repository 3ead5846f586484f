import { bytesToBigInt, decodeRlp, EncodingError, type RlpItem } from "@ghostchain/encoding";
import { type Address, addressOfBytes, type Hash, hashOfBytes } from "@ghostchain/evm";

/** Makes the error that says what is wrong with a field. */
export type FieldFault = (field: string, reason: string, cause?: Error) => Error;

/** Reads an RLP list whose items are named fields of known shapes, in order. */
export class RlpFields {
  readonly #items: readonly RlpItem[];
  readonly #fault: FieldFault;
  #next = 0;

  constructor(item: RlpItem | undefined, name: string, fault: FieldFault) {
    if (item === undefined || item instanceof Uint8Array) throw fault(name, "expected a list");
    this.#items = item;
    this.#fault = fault;
  }

  get count(): number {
    return this.#items.length;
  }

  /** Refuses any other number of fields. */
  expectCount(name: string, ...counts: readonly number[]): void {
    if (counts.includes(this.#items.length)) return;
    throw this.#fault(name, `expected ${counts.join(" or ")} items, got ${this.#items.length}`);
  }

  /** Big-endian without leading zeros, at most `bits` bits. */
  number(name: string, bits: number): bigint {
    const bytes = this.bytes(name);
    if (bytes[0] === 0) throw this.#fault(name, "leading zero");
    if (bytes.length * 8 > bits) throw this.#fault(name, `more than ${bits} bits`);
    return bytesToBigInt(bytes);
  }

  bytes(name: string, sizeBytes?: number): Uint8Array {
    const item = this.item(name);
    if (!(item instanceof Uint8Array)) throw this.#fault(name, "expected bytes, got a list");
    if (sizeBytes !== undefined && item.length !== sizeBytes) {
      throw this.#fault(name, `expected ${sizeBytes} bytes, got ${item.length}`);
    }
    return item;
  }

  hash(name: string): Hash {
    return hashOfBytes(this.bytes(name, 32));
  }

  address(name: string): Address {
    return addressOfBytes(this.bytes(name, 20));
  }

  /** Empty is undefined. */
  optionalAddress(name: string): Address | undefined {
    const bytes = this.bytes(name);
    if (bytes.length === 0) return undefined;
    if (bytes.length === 20) return addressOfBytes(bytes);
    throw this.#fault(name, `expected 20 bytes or none, got ${bytes.length}`);
  }

  list(name: string): readonly RlpItem[] {
    const item = this.item(name);
    if (item instanceof Uint8Array) throw this.#fault(name, "expected a list, got bytes");
    return item;
  }

  hashes(name: string): Hash[] {
    return this.list(name).map((item, index) => {
      if (item instanceof Uint8Array && item.length === 32) return hashOfBytes(item);
      throw this.#fault(`${name}[${index}]`, "expected 32 bytes");
    });
  }

  /** A list whose items are lists of fields. */
  records(name: string): RlpFields[] {
    return this.list(name).map(
      (item, index) => new RlpFields(item, `${name}[${index}]`, this.#fault),
    );
  }

  item(name: string): RlpItem {
    const item = this.#items[this.#next];
    if (item === undefined) throw this.#fault(name, "missing");
    this.#next += 1;
    return item;
  }
}

/** Decodes, turning what is wrong with the RLP itself into a fault of `name`. */
export function decodeRlpField(bytes: Uint8Array, name: string, fault: FieldFault): RlpItem {
  try {
    return decodeRlp(bytes);
  } catch (error) {
    if (!(error instanceof EncodingError) || error.fault.code !== "RLP_MALFORMED") throw error;
    const { reason, offset } = error.fault;
    throw fault(name, `not canonical RLP at byte ${offset}: ${reason}`, error);
  }
}
