// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {
    AccessControlUpgradeable
} from "@openzeppelin/contracts-upgradeable/access/AccessControlUpgradeable.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts-upgradeable/proxy/utils/UUPSUpgradeable.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IGhostCore} from "./IGhostCore.sol";

/// @title Trace scans: draws a seed for a level whose scan is due, and checks every death and survival against it.
/// @notice Nobody is trusted: anyone may execute a due scan and submit outcomes, and a wrong one reverts. The seed
/// comes from the beacon chain's randomness; who executes chooses the block, so several independent keepers should.
contract TraceScan is AccessControlUpgradeable, UUPSUpgradeable {
    struct Scan {
        bytes32 seed;
        uint32 number;
        uint16 baseRateBps;
        uint16 modifierBps;
        uint64 executedAt;
    }

    enum Outcome {
        /// Not part of the level's open scan, or already accounted for.
        None,
        Survives,
        Dies
    }

    uint256 private constant BPS = 10_000;

    IGhostCore public core;
    /// @notice Total values locked, rising, at which the network modifier falls.
    uint256[3] public modifierThresholds;
    mapping(uint8 level => Scan) private _scans;

    event ScanExecuted(
        uint8 indexed level, uint32 number, bytes32 seed, uint16 baseRateBps, uint16 modifierBps
    );

    error NoScan(uint8 level);
    error NotTraced(address user);
    error Traced(address user);
    error ThresholdsNotRising();

    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor() {
        _disableInitializers();
    }

    function initialize(IGhostCore core_, address admin, uint256[3] calldata thresholds)
        external
        initializer
    {
        if (thresholds[0] >= thresholds[1] || thresholds[1] >= thresholds[2]) {
            revert ThresholdsNotRising();
        }
        __AccessControl_init();
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
        core = core_;
        modifierThresholds = thresholds;
    }

    /// @notice Draws the seed of a scan that is due. Anyone.
    function executeScan(uint8 level) external {
        uint16 modifierBps = networkModifierBps();
        uint32 number = core.openScan(level);
        bytes32 seed = keccak256(abi.encode(block.prevrandao, level, number, block.number));
        uint16 baseRateBps = core.baseDeathRateBps(level);
        _scans[level] = Scan(seed, number, baseRateBps, modifierBps, uint64(block.timestamp));
        emit ScanExecuted(level, number, seed, baseRateBps, modifierBps);
    }

    /// @notice Submits positions that the open scan kills. Anyone. One that is not awaited (any more) is skipped.
    function submitDeaths(uint8 level, address[] calldata dead) external {
        core.processDeaths(level, _verified(level, dead, Outcome.Dies));
    }

    /// @notice Submits positions that survived the open scan, likewise.
    function submitSurvivors(uint8 level, address[] calldata survivors) external {
        core.incrementGhostStreak(level, _verified(level, survivors, Outcome.Survives));
    }

    /// @notice What the open scan of `level` means to each of `users`.
    function outcomes(uint8 level, address[] calldata users)
        external
        view
        returns (Outcome[] memory result)
    {
        Scan memory scan = _scans[level];
        result = new Outcome[](users.length);
        for (uint256 i = 0; i < users.length; i++) {
            result[i] = _outcome(scan, level, users[i]);
        }
    }

    /// @notice The last scan of `level`; its number is 0 when there was none.
    function lastScan(uint8 level) external view returns (Scan memory) {
        return _scans[level];
    }

    /// @notice Whether `user` dies at a rate of `rateBps` under `seed`. Pure: anyone can check.
    function isDead(bytes32 seed, address user, uint16 rateBps) public pure returns (bool) {
        return uint256(keccak256(abi.encode(seed, user))) % BPS < rateBps;
    }

    /// @notice Death rate of `user` in `level` were it scanned now.
    function effectiveRateBps(uint8 level, address user) external view returns (uint16) {
        (, uint16 boostBps) = core.scanSubject(user, level, uint64(block.timestamp));
        return combinedRateBps(core.baseDeathRateBps(level), networkModifierBps(), boostBps);
    }

    /// @notice base × modifier × (1 − boost), at most 100 %.
    function combinedRateBps(uint16 baseBps, uint16 modifierBps, uint16 boostBps)
        public
        pure
        returns (uint16)
    {
        uint256 rate = (uint256(baseBps) * modifierBps * (BPS - boostBps)) / (BPS * BPS);
        return uint16(Math.min(rate, BPS));
    }

    /// @notice Death is likelier in a small network: 1.2, 1.0, 0.9 and 0.85 times, by total value locked.
    function networkModifierBps() public view returns (uint16) {
        uint256 locked = core.totalValueLocked();
        if (locked < modifierThresholds[0]) return 12_000;
        if (locked < modifierThresholds[1]) return 10_000;
        if (locked < modifierThresholds[2]) return 9000;
        return 8500;
    }

    function _authorizeUpgrade(address) internal override onlyRole(DEFAULT_ADMIN_ROLE) {}

    function _verified(uint8 level, address[] calldata users, Outcome claimed)
        private
        view
        returns (address[] memory verified)
    {
        Scan memory scan = _scans[level];
        if (scan.number == 0) revert NoScan(level);
        verified = new address[](users.length);
        uint256 count = 0;
        for (uint256 i = 0; i < users.length; i++) {
            Outcome outcome = _outcome(scan, level, users[i]);
            if (outcome == Outcome.None) continue;
            if (outcome != claimed) {
                if (claimed == Outcome.Dies) revert NotTraced(users[i]);
                revert Traced(users[i]);
            }
            verified[count++] = users[i];
        }
        assembly ("memory-safe") {
            mstore(verified, count)
        }
    }

    function _outcome(Scan memory scan, uint8 level, address user) private view returns (Outcome) {
        (bool pending, uint16 boostBps) = core.scanSubject(user, level, scan.executedAt);
        if (!pending) return Outcome.None;
        uint16 rate = combinedRateBps(scan.baseRateBps, scan.modifierBps, boostBps);
        return isDead(scan.seed, user, rate) ? Outcome.Dies : Outcome.Survives;
    }
}
