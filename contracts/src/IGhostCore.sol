// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title The game's ledger as its callers see it: TraceScan, wallets, keepers and the indexer.
/// @dev Levels are 1 VAULT, 2 MAINFRAME, 3 SUBNET, 4 DARKNET, 5 BLACK_ICE. Amounts are wei of DATA, times are
/// Unix seconds, rates are basis points.
interface IGhostCore {
    struct LevelConfig {
        uint16 deathRateBps;
        /// Seconds between trace scans; 0 for a level that is never scanned.
        uint32 scanInterval;
        uint128 minStake;
    }

    struct CoreConfig {
        address token;
        address treasury;
        address admin;
        /// The contract that may open scans and name who died: TraceScan.
        address scanner;
        /// May be zero: no boost is then valid.
        address boostSigner;
        /// Extraction is refused for this long before a scan, at most a quarter of the level's interval.
        uint32 lockPeriod;
        /// How long after a scan its outcome may be submitted, at most half of the level's interval.
        uint32 scanWindow;
        /// The longest time between a deposit and a system reset; deposits buy 1, 4, 8, 16 or 24 parts of 24.
        uint32 resetPeriod;
        /// VAULT first.
        LevelConfig[5] levels;
    }

    struct LevelView {
        uint8 level;
        uint16 deathRateBps;
        uint32 scanInterval;
        uint32 positions;
        /// How many scans the level has had.
        uint32 scans;
        /// 0 for never.
        uint64 nextScanAt;
        /// 0 when no scan waits for its outcome.
        uint64 scanOpenUntil;
        uint256 minStake;
        uint256 totalStaked;
    }

    struct PositionView {
        /// 0 when there is no position; the other fields but `rewards` are then 0 too.
        uint8 level;
        /// After every penalty that has fallen due.
        uint256 amount;
        /// Claimable now. An account keeps what it earned when its position dies.
        uint256 rewards;
        uint32 ghostStreak;
        uint64 enteredAt;
        uint16 deathBoostBps;
        uint16 yieldBoostBps;
    }

    event JackedIn(address indexed user, uint256 amount, uint8 level, uint256 totalAmount);
    event Extracted(address indexed user, uint256 principal, uint256 rewards);
    event RewardsClaimed(address indexed user, uint256 amount);
    event DeathsProcessed(uint8 indexed level, uint256 count, uint256 totalCapital);
    event PositionTraced(address indexed user, uint8 indexed level, uint256 amount);
    event GhostStreaksUpdated(uint8 indexed level, uint256 count);
    event CascadeDistributed(
        uint8 indexed level, uint256 sameLevel, uint256 upstream, uint256 burned, uint256 protocol
    );
    event SystemResetTriggered(
        uint256 penaltyPool, address indexed jackpotWinner, uint256 jackpotAmount
    );
    event PositionPenalized(
        address indexed user, uint8 indexed level, uint256 penalty, uint256 newAmount
    );
    event BoostApplied(address indexed user, uint8 boostType, uint16 valueBps, uint64 expiry);
    event BoostSignerUpdated(address indexed oldSigner, address indexed newSigner);

    /// @notice Who survived: GhostStreaksUpdated alone does not say.
    event GhostStreakExtended(address indexed user, uint8 indexed level, uint32 streak);
    event EmergencyWithdrawn(address indexed user, uint256 principal);
    event LevelConfigured(
        uint8 indexed level, uint16 deathRateBps, uint32 scanInterval, uint256 minStake
    );
    event ScanScheduled(uint8 indexed level, uint64 scanAt);
    event ScanOpened(uint8 indexed level, uint32 number, uint32 positions, uint64 openUntil);
    event ScanClosed(uint8 indexed level, uint32 number);
    event ResetDeadlineMoved(uint64 deadline);
    event TreasuryChanged(address indexed oldTreasury, address indexed newTreasury);

    error AddressZero();
    error AmountZero();
    error BoostExpired(uint64 expiry);
    error BoostNonceUsed(bytes32 nonce);
    error BoostSignatureInvalid();
    error BoostTypeUnknown(uint8 boostType);
    error ConfigInvalid(string what);
    error LevelLocked(uint8 level, uint256 scanAt);
    error LevelUnknown(uint8 level);
    error NoPosition(address user);
    error NothingToClaim(address user);
    error ResetNotDue(uint64 deadline);
    error SameBlock();
    error ScanNotDue(uint8 level, uint256 nextScanAt);
    error ScanNotOpen(uint8 level);
    error ScanPending(uint8 level);
    error StakeBelowMinimum(uint256 amount, uint256 minimum);
    error TooManyBoosts(uint256 limit);

    /// @notice Stakes `amount` into `level`, or adds it to the position the caller has (`level` is then ignored).
    /// Refused for a level whose scan is due or open: nobody buys into a cascade whose dead are known.
    function jackIn(uint256 amount, uint8 level) external;

    /// @notice Ends the caller's position and pays principal and rewards. Refused in the lock before a scan and,
    /// until the scan's outcome for this position is known, after it; refused in the block of a deposit.
    function extract() external;

    /// @notice Pays what the caller has earned, with or without a live position.
    function claimRewards() external;

    /// @notice Applies a boost that the boost signer granted to the caller (EIP-712).
    /// @param boostType 0 lowers the death rate, 1 raises the share of rewards
    function applyBoost(
        uint8 boostType,
        uint16 valueBps,
        uint64 expiry,
        bytes32 nonce,
        bytes calldata signature
    ) external;

    /// @notice Opens the scan of a level whose scan is due. SCANNER_ROLE.
    /// @return number of the scan, from 1
    function openScan(uint8 level) external returns (uint32 number);

    /// @notice Ends the positions named, in an open scan. One that is gone, lives elsewhere, came after the scan or
    /// was already accounted for is skipped, so that a batch raced by another still goes through. SCANNER_ROLE.
    function processDeaths(uint8 level, address[] calldata dead) external;

    /// @notice Extends the streak of survivors of an open scan, skipping as processDeaths does. SCANNER_ROLE.
    function incrementGhostStreak(uint8 level, address[] calldata survivors) external;

    /// @notice Closes a scan that is complete or whose window has passed, and pays its cascade. Anyone.
    function closeScan(uint8 level) external;

    /// @notice Takes 25 % of every position once the deadline has passed. Anyone.
    function triggerSystemReset() external;

    /// @notice Books the penalties and rewards of `user`, at most `maxEpochs` resets of them. Anyone: this is how a
    /// position left alone for very long is caught up in affordable steps, and an expired yield boost ended.
    function settle(address user, uint256 maxEpochs) external;

    /// @notice While paused: pays the caller's principal and forfeits its rewards.
    function emergencyWithdraw() external;

    /// @notice Sends what belongs to no one (donations, forfeited rewards, rounding) to the treasury. Anyone.
    function sweepSurplus() external;

    function position(address user) external view returns (PositionView memory);
    function levels() external view returns (LevelView[5] memory);
    function pendingRewards(address user) external view returns (uint256);
    /// @notice 0 for never. In the past for a scan that is due.
    function nextScanAt(uint8 level) external view returns (uint64);
    /// @notice When the system reset falls due.
    function deadline() external view returns (uint64);
    function totalValueLocked() external view returns (uint256);
    function baseDeathRateBps(uint8 level) external view returns (uint16);
    /// @notice Whether the open scan of `level` still waits for `user`'s outcome, and its death boosts at `time`.
    function scanSubject(address user, uint8 level, uint64 time)
        external
        view
        returns (bool pending, uint16 deathBoostBps);
}
