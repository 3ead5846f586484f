import { parseAbi } from "viem";

/** What TypeScript uses of TraceScan; a test compares it with the compiled contract. */
export const traceScanAbi = parseAbi([
  "event ScanExecuted(uint8 indexed level, uint32 number, bytes32 seed, uint16 baseRateBps, uint16 modifierBps)",

  "error NoScan(uint8 level)",
  "error NotTraced(address user)",
  "error Traced(address user)",

  "struct Scan { bytes32 seed; uint32 number; uint16 baseRateBps; uint16 modifierBps; uint64 executedAt; }",

  "function initialize(address core_, address admin, uint256[3] thresholds)",
  "function executeScan(uint8 level)",
  "function submitDeaths(uint8 level, address[] dead)",
  "function submitSurvivors(uint8 level, address[] survivors)",
  "function outcomes(uint8 level, address[] users) view returns (uint8[])",
  "function lastScan(uint8 level) view returns (Scan)",
  "function isDead(bytes32 seed, address user, uint16 rateBps) pure returns (bool)",
  "function effectiveRateBps(uint8 level, address user) view returns (uint16)",
  "function networkModifierBps() view returns (uint16)",
]);
