export {
  bigIntToBytes,
  bigIntToFixedBytes,
  bytesToBigInt,
  compareBytes,
  concatBytes,
  EMPTY_BYTES,
  equalBytes,
} from "./bytes.ts";
export { EncodingError, type EncodingFault } from "./encoding-error.ts";
export { bytesToHex, type Hex, hexToBytes, toQuantity } from "./hex.ts";
export { memberText, nestsDeeperThan } from "./json-text.ts";
export { decodeRlp, encodeRlp, type RlpInput, type RlpItem, splitRlp } from "./rlp.ts";
