import { CodedError } from "@ghostchain/service";

type Refused<Code extends string> = { readonly code: Code; readonly status: 401 };

export type HttpSignatureFault =
  /** A header field that cannot be read; `field` is its name. */
  | (Refused<"SIGNATURE_MALFORMED"> & { readonly field: string; readonly reason: string })
  /** It covers less of the request than it must; `component` is what is missing. */
  | (Refused<"SIGNATURE_INCOMPLETE"> & { readonly component: string })
  /** A covered component that the request does not have, or that is not supported. */
  | (Refused<"SIGNATURE_COMPONENT_UNKNOWN"> & { readonly component: string })
  | (Refused<"SIGNATURE_HOST_FOREIGN"> & { readonly host: string })
  | Refused<"SIGNATURE_KEY_UNKNOWN">
  | (Refused<"SIGNATURE_ALGORITHM_MISMATCH"> & { readonly expected: string })
  | Refused<"SIGNATURE_EXPIRED">
  | Refused<"SIGNATURE_NOT_YET_VALID">
  | Refused<"SIGNATURE_DIGEST_MISMATCH">
  | Refused<"SIGNATURE_INVALID">
  | Refused<"SIGNATURE_REPLAYED">
  /** More requests within the time that a nonce is remembered than can be remembered. */
  | { readonly code: "SIGNATURE_NONCES_EXHAUSTED"; readonly status: 429 }
  /** A key that none of the algorithms is for. */
  | { readonly code: "SIGNATURE_KEY_UNSUPPORTED"; readonly reason: string }
  /** `entry` is the place in the file, and the name where there is one; never what a secret contains. */
  | {
      readonly code: "SIGNATURE_CLIENTS_INVALID";
      readonly path: string;
      readonly entry: string;
      readonly reason: string;
    };

export class HttpSignatureError extends CodedError<HttpSignatureFault> {
  constructor(fault: HttpSignatureFault, options?: ErrorOptions) {
    super(fault, sentenceOf(fault), options);
  }
}

function sentenceOf(fault: HttpSignatureFault): string {
  switch (fault.code) {
    case "SIGNATURE_MALFORMED":
      return `the field ${fault.field} cannot be read: ${fault.reason}`;
    case "SIGNATURE_INCOMPLETE":
      return `the signature must cover ${fault.component}`;
    case "SIGNATURE_COMPONENT_UNKNOWN":
      return `the signature covers ${fault.component}, which the request does not have once or is not supported`;
    case "SIGNATURE_HOST_FOREIGN":
      return `the request is signed for ${fault.host}, which is not us`;
    case "SIGNATURE_KEY_UNKNOWN":
      return "no client has this keyid: ask for it to be registered";
    case "SIGNATURE_ALGORITHM_MISMATCH":
      return `the key of this client signs with ${fault.expected}`;
    case "SIGNATURE_EXPIRED":
      return "the signature has expired: sign each request when it is sent";
    case "SIGNATURE_NOT_YET_VALID":
      return "the signature was created in the future: set your clock";
    case "SIGNATURE_DIGEST_MISMATCH":
      return "the body is not the one that Content-Digest is of";
    case "SIGNATURE_INVALID":
      return "the signature is not of this request by this key";
    case "SIGNATURE_REPLAYED":
      return "this request was sent before: take a new nonce for each";
    case "SIGNATURE_NONCES_EXHAUSTED":
      return "too many signed requests at once: wait";
    case "SIGNATURE_KEY_UNSUPPORTED":
      return `the key cannot be used: ${fault.reason}`;
    case "SIGNATURE_CLIENTS_INVALID":
      return `the clients' file ${fault.path} is not valid at ${fault.entry}: ${fault.reason}`;
  }
}
