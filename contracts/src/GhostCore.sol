// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {
    AccessControlUpgradeable
} from "@openzeppelin/contracts-upgradeable/access/AccessControlUpgradeable.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts-upgradeable/proxy/utils/UUPSUpgradeable.sol";
import {
    PausableUpgradeable
} from "@openzeppelin/contracts-upgradeable/utils/PausableUpgradeable.sol";
import {
    EIP712Upgradeable
} from "@openzeppelin/contracts-upgradeable/utils/cryptography/EIP712Upgradeable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {GhostLedger} from "./GhostLedger.sol";
import {IGhostCore} from "./IGhostCore.sol";

/// @title GHOSTNET: one position an address, in one of five levels, between trace scans and system resets.
/// @notice Yield is what others lost: the cascade of dead capital. The contract always holds at least the stakes,
/// the unclaimed rewards and the capital of an open scan's dead.
contract GhostCore is
    GhostLedger,
    AccessControlUpgradeable,
    PausableUpgradeable,
    EIP712Upgradeable,
    ReentrancyGuardTransient,
    UUPSUpgradeable
{
    using SafeCast for uint256;
    using SafeERC20 for IERC20;

    bytes32 public constant SCANNER_ROLE = keccak256("SCANNER_ROLE");
    bytes32 public constant BOOST_TYPEHASH = keccak256(
        "Boost(address user,uint8 boostType,uint16 valueBps,uint64 expiry,bytes32 nonce)"
    );
    address private constant DEAD = 0x000000000000000000000000000000000000dEaD;

    uint256 private constant CASCADE_LEVEL_BPS = 3000;
    uint256 private constant CASCADE_UPSTREAM_BPS = 3000;
    uint256 private constant CASCADE_BURNED_BPS = 3000;
    uint256 private constant RESET_JACKPOT_BPS = 5000;
    uint256 private constant RESET_BURNED_BPS = 3000;

    IERC20 public token;
    address public treasury;
    address public boostSigner;
    address public lastDepositor;
    uint32 public lockPeriod;
    uint32 public scanWindow;
    uint32 public resetPeriod;
    uint48 private _deadline;
    uint48 private _pausedAt;
    mapping(bytes32 nonce => bool) public boostNonceUsed;

    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor() {
        _disableInitializers();
    }

    function initialize(CoreConfig calldata config) external initializer {
        if (config.token == address(0) || config.treasury == address(0)) revert AddressZero();
        if (config.admin == address(0) || config.scanner == address(0)) revert AddressZero();
        if (config.resetPeriod < 24) revert ConfigInvalid("resetPeriod");
        if (config.scanWindow == 0) revert ConfigInvalid("scanWindow");
        __AccessControl_init();
        __Pausable_init();
        __EIP712_init("GHOSTNET", "1");
        _grantRole(DEFAULT_ADMIN_ROLE, config.admin);
        _grantRole(SCANNER_ROLE, config.scanner);
        token = IERC20(config.token);
        treasury = config.treasury;
        boostSigner = config.boostSigner;
        lockPeriod = config.lockPeriod;
        scanWindow = config.scanWindow;
        resetPeriod = config.resetPeriod;
        emit TreasuryChanged(address(0), config.treasury);
        emit BoostSignerUpdated(address(0), config.boostSigner);
        for (uint8 id = VAULT; id <= LEVELS; id++) {
            _configureLevel(id, config.levels[id - 1]);
        }
        _moveDeadline(block.timestamp + config.resetPeriod);
    }

    // ------------------------------------------------------------------------------------------ players

    /// @inheritdoc IGhostCore
    function jackIn(uint256 amount, uint8 level) external nonReentrant whenNotPaused {
        if (amount == 0) revert AmountZero();
        _resetIfDue();
        uint8 own = _positions[msg.sender].level;
        bool isNew = own == 0;
        _requireDepositsOpen(isNew ? level : own);
        Position memory p = isNew ? _newPosition(level) : _sync(msg.sender, type(uint256).max);
        uint256 received = _pull(amount);
        if (isNew) {
            uint256 minimum = _levels[level].minStake;
            if (received < minimum) revert StakeBelowMinimum(received, minimum);
            _levels[level].positions += 1;
        }
        _deposit(msg.sender, p, received);
        lastDepositor = msg.sender;
        _moveDeadline(Math.max(_deadline, block.timestamp + _extension(received)));
        emit JackedIn(msg.sender, received, p.level, p.amount);
    }

    /// @inheritdoc IGhostCore
    function extract() external nonReentrant whenNotPaused {
        _resetIfDue();
        _closeIfOver(_positions[msg.sender].level);
        Position memory p = _requirePosition(msg.sender);
        if (p.depositBlock == block.number) revert SameBlock();
        _requireUnlocked(p);
        _remove(msg.sender, p);
        uint256 rewards = _takeCredit(msg.sender);
        emit Extracted(msg.sender, p.amount, rewards);
        token.safeTransfer(msg.sender, p.amount + rewards);
    }

    /// @inheritdoc IGhostCore
    function claimRewards() external nonReentrant whenNotPaused {
        _sync(msg.sender, type(uint256).max);
        uint256 rewards = _takeCredit(msg.sender);
        if (rewards == 0) revert NothingToClaim(msg.sender);
        emit RewardsClaimed(msg.sender, rewards);
        token.safeTransfer(msg.sender, rewards);
    }

    /// @inheritdoc IGhostCore
    function applyBoost(
        uint8 boostType,
        uint16 valueBps,
        uint64 expiry,
        bytes32 nonce,
        bytes calldata signature
    ) external nonReentrant whenNotPaused {
        if (boostType > BOOST_YIELD) revert BoostTypeUnknown(boostType);
        if (expiry <= block.timestamp) revert BoostExpired(expiry);
        if (boostNonceUsed[nonce]) revert BoostNonceUsed(nonce);
        bytes32 digest = _hashTypedDataV4(
            keccak256(abi.encode(BOOST_TYPEHASH, msg.sender, boostType, valueBps, expiry, nonce))
        );
        (address signer, ECDSA.RecoverError fault,) = ECDSA.tryRecoverCalldata(digest, signature);
        if (fault != ECDSA.RecoverError.NoError || signer != boostSigner) {
            revert BoostSignatureInvalid();
        }
        Position memory p = _requirePosition(msg.sender);
        // the seed of an open scan is known: a boost would now save exactly those who were to die
        if (_isScanOpen(_levels[p.level])) revert ScanPending(p.level);
        boostNonceUsed[nonce] = true;
        _addBoost(msg.sender, Boost(boostType, valueBps, expiry));
        emit BoostApplied(msg.sender, boostType, valueBps, expiry);
        _sync(msg.sender, 0);
    }

    /// @inheritdoc IGhostCore
    function settle(address user, uint256 maxEpochs) external nonReentrant whenNotPaused {
        _sync(user, maxEpochs);
    }

    /// @inheritdoc IGhostCore
    function emergencyWithdraw() external nonReentrant whenPaused {
        Position memory p = _requirePosition(msg.sender);
        Level storage level = _levels[p.level];
        if (level.scanOpenUntil != 0 && p.scanSeen < level.scans) level.unaccounted -= 1;
        _remove(msg.sender, p);
        _takeCredit(msg.sender);
        emit EmergencyWithdrawn(msg.sender, p.amount);
        token.safeTransfer(msg.sender, p.amount);
    }

    // -------------------------------------------------------------------------------------------- scans

    /// @inheritdoc IGhostCore
    function openScan(uint8 id)
        external
        nonReentrant
        whenNotPaused
        onlyRole(SCANNER_ROLE)
        returns (uint32 number)
    {
        Level storage level = _existing(id);
        uint256 dueAt = level.nextScanAt;
        if (dueAt == 0 || block.timestamp < dueAt) revert ScanNotDue(id, dueAt);
        _closeIfOver(id);
        if (_isScanOpen(level)) revert ScanPending(id);
        number = level.scans + 1;
        level.scans = number;
        level.unaccounted = level.positions;
        uint256 openUntil = block.timestamp + Math.min(scanWindow, level.scanInterval / 2);
        level.scanOpenUntil = uint48(openUntil);
        emit ScanOpened(id, number, level.positions, uint64(openUntil));
        _scheduleNext(id);
        if (level.unaccounted == 0) _close(id);
    }

    /// @inheritdoc IGhostCore
    function processDeaths(uint8 id, address[] calldata dead)
        external
        nonReentrant
        whenNotPaused
        onlyRole(SCANNER_ROLE)
    {
        Level storage level = _requireOpen(id);
        uint256 count = 0;
        uint256 capital = 0;
        for (uint256 i = 0; i < dead.length; i++) {
            if (!_isAwaited(level, id, dead[i])) continue;
            Position memory p = _sync(dead[i], type(uint256).max);
            _remove(dead[i], p);
            emit PositionTraced(dead[i], id, p.amount);
            capital += p.amount;
            count += 1;
        }
        if (count == 0) return;
        level.deadCapital += capital.toUint128();
        emit DeathsProcessed(id, count, capital);
        _account(id, count);
    }

    /// @inheritdoc IGhostCore
    function incrementGhostStreak(uint8 id, address[] calldata survivors)
        external
        nonReentrant
        whenNotPaused
        onlyRole(SCANNER_ROLE)
    {
        Level storage level = _requireOpen(id);
        uint256 count = 0;
        for (uint256 i = 0; i < survivors.length; i++) {
            if (!_isAwaited(level, id, survivors[i])) continue;
            Position memory p = _sync(survivors[i], type(uint256).max);
            p.scanSeen = level.scans;
            p.ghostStreak += 1;
            _positions[survivors[i]] = p;
            emit GhostStreakExtended(survivors[i], id, p.ghostStreak);
            count += 1;
        }
        if (count == 0) return;
        emit GhostStreaksUpdated(id, count);
        _account(id, count);
    }

    /// @inheritdoc IGhostCore
    function closeScan(uint8 id) external nonReentrant whenNotPaused {
        Level storage level = _existing(id);
        if (level.scanOpenUntil == 0) revert ScanNotOpen(id);
        if (_isScanOpen(level) && level.unaccounted > 0) revert ScanPending(id);
        _close(id);
    }

    // --------------------------------------------------------------------------------- resets and admin

    /// @inheritdoc IGhostCore
    function triggerSystemReset() external nonReentrant whenNotPaused {
        if (block.timestamp < _deadline) revert ResetNotDue(_deadline);
        _resetIfDue();
    }

    /// @inheritdoc IGhostCore
    function sweepSurplus() external nonReentrant whenNotPaused {
        uint256 owed = _totalStaked() + rewardsOutstanding;
        for (uint8 id = VAULT; id <= LEVELS; id++) {
            owed += _levels[id].deadCapital;
        }
        token.safeTransfer(treasury, token.balanceOf(address(this)) - owed);
    }

    function pause() external onlyRole(DEFAULT_ADMIN_ROLE) {
        _pause();
        _pausedAt = uint48(block.timestamp);
    }

    /// @notice Resumes the game; the reset is put off by the time it stood still.
    function unpause() external onlyRole(DEFAULT_ADMIN_ROLE) {
        _unpause();
        if (_pausedAt < _deadline) _moveDeadline(_deadline + (block.timestamp - _pausedAt));
    }

    function setBoostSigner(address newSigner) external onlyRole(DEFAULT_ADMIN_ROLE) {
        emit BoostSignerUpdated(boostSigner, newSigner);
        boostSigner = newSigner;
    }

    function setTreasury(address newTreasury) external onlyRole(DEFAULT_ADMIN_ROLE) {
        if (newTreasury == address(0)) revert AddressZero();
        emit TreasuryChanged(treasury, newTreasury);
        treasury = newTreasury;
    }

    // -------------------------------------------------------------------------------------------- views

    /// @inheritdoc IGhostCore
    function position(address user) external view returns (PositionView memory) {
        Position memory p = _positions[user];
        uint256 rewards = pendingRewards(user);
        if (p.level != 0) _catchUp(p, type(uint256).max);
        return PositionView({
            level: p.level,
            amount: p.amount,
            rewards: rewards,
            ghostStreak: p.ghostStreak,
            enteredAt: p.enteredAt,
            deathBoostBps: _boostBps(user, BOOST_DEATH_RATE, block.timestamp),
            yieldBoostBps: _boostBps(user, BOOST_YIELD, block.timestamp)
        });
    }

    /// @inheritdoc IGhostCore
    function levels() external view returns (LevelView[5] memory views) {
        for (uint8 id = VAULT; id <= LEVELS; id++) {
            Level storage level = _levels[id];
            views[id - 1] = LevelView({
                level: id,
                deathRateBps: level.deathRateBps,
                scanInterval: level.scanInterval,
                positions: level.positions,
                scans: level.scans,
                nextScanAt: _nextScanAt(level),
                scanOpenUntil: level.scanOpenUntil,
                minStake: level.minStake,
                totalStaked: level.totalStaked
            });
        }
    }

    /// @inheritdoc IGhostCore
    function pendingRewards(address user) public view returns (uint256 rewards) {
        Position memory p = _positions[user];
        if (p.level != 0) (rewards,) = _catchUp(p, type(uint256).max);
        rewards += _credits[user];
    }

    /// @inheritdoc IGhostCore
    function nextScanAt(uint8 id) external view returns (uint64) {
        return _nextScanAt(_existing(id));
    }

    /// @inheritdoc IGhostCore
    function deadline() external view returns (uint64) {
        return _deadline;
    }

    /// @inheritdoc IGhostCore
    function totalValueLocked() external view returns (uint256) {
        return _totalStaked();
    }

    /// @inheritdoc IGhostCore
    function baseDeathRateBps(uint8 id) external view returns (uint16) {
        return _existing(id).deathRateBps;
    }

    /// @inheritdoc IGhostCore
    function scanSubject(address user, uint8 id, uint64 time)
        external
        view
        returns (bool pending, uint16 deathBoostBps)
    {
        Level storage level = _existing(id);
        pending = _isScanOpen(level) && _isAwaited(level, id, user);
        deathBoostBps = _boostBps(user, BOOST_DEATH_RATE, time);
    }

    // ------------------------------------------------------------------------------------------- inside

    function _authorizeUpgrade(address) internal override onlyRole(DEFAULT_ADMIN_ROLE) {}

    function _configureLevel(uint8 id, LevelConfig calldata config) private {
        if (config.deathRateBps > BPS) revert ConfigInvalid("deathRateBps");
        if ((config.deathRateBps == 0) != (config.scanInterval == 0)) {
            revert ConfigInvalid("scanInterval");
        }
        if (config.scanInterval == 1) revert ConfigInvalid("scanInterval");
        Level storage level = _levels[id];
        level.deathRateBps = config.deathRateBps;
        level.scanInterval = config.scanInterval;
        level.minStake = config.minStake;
        emit LevelConfigured(id, config.deathRateBps, config.scanInterval, config.minStake);
        if (config.scanInterval == 0) return;
        level.nextScanAt = uint48(block.timestamp + config.scanInterval);
        emit ScanScheduled(id, level.nextScanAt);
    }

    function _newPosition(uint8 id) private view returns (Position memory p) {
        p.level = id;
        p.scanSeen = _levels[id].scans;
        p.epoch = resetEpoch;
        p.enteredAt = uint48(block.timestamp);
    }

    /// @dev Takes the caller's tokens and returns what arrived: less, should the exemption from tax be missing.
    function _pull(uint256 amount) private returns (uint256) {
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(msg.sender, address(this), amount);
        return token.balanceOf(address(this)) - before;
    }

    /// @dev How much time a deposit buys: 1, 4, 8, 16 or 24 parts of 24 of the reset period.
    function _extension(uint256 amount) private view returns (uint256) {
        uint256 parts = amount < 50e18
            ? 1
            : amount < 200e18 ? 4 : amount < 500e18 ? 8 : amount < 1000e18 ? 16 : 24;
        return (uint256(resetPeriod) * parts) / 24;
    }

    function _moveDeadline(uint256 to) private {
        if (to == _deadline) return;
        _deadline = uint48(to);
        emit ResetDeadlineMoved(uint64(to));
    }

    /// @dev A reset whose deadline passed comes before anything that would escape it or undo it.
    function _resetIfDue() private {
        if (block.timestamp < _deadline) return;
        uint256 pool = _penalizeLevels();
        uint256 jackpot = (pool * RESET_JACKPOT_BPS) / BPS;
        uint256 burned = (pool * RESET_BURNED_BPS) / BPS;
        _moveDeadline(block.timestamp + resetPeriod);
        emit SystemResetTriggered(pool, lastDepositor, jackpot);
        _send(lastDepositor, jackpot);
        _send(DEAD, burned);
        _send(treasury, pool - jackpot - burned);
    }

    /// @dev Books the outcome of `count` positions; the last one closes the scan.
    function _account(uint8 id, uint256 count) private {
        _levels[id].unaccounted -= uint32(count);
        if (_levels[id].unaccounted == 0) _close(id);
    }

    /// @dev Closes a scan whose window has passed. That may pay the level's positions, so whoever acts on one of
    /// them calls this before reading its books.
    function _closeIfOver(uint8 id) private {
        Level storage level = _levels[id];
        if (level.scanOpenUntil != 0 && !_isScanOpen(level)) _close(id);
    }

    function _close(uint8 id) private {
        Level storage level = _levels[id];
        uint256 capital = level.deadCapital;
        level.scanOpenUntil = 0;
        level.unaccounted = 0;
        level.deadCapital = 0;
        emit ScanClosed(id, level.scans);
        if (capital > 0) _cascade(id, capital);
    }

    /// @dev Gives dead capital away; a part that has no taker is burned.
    function _cascade(uint8 id, uint256 capital) private {
        uint256 sameLevel = (capital * CASCADE_LEVEL_BPS) / BPS;
        uint256 upstream = (capital * CASCADE_UPSTREAM_BPS) / BPS;
        uint256 burned = (capital * CASCADE_BURNED_BPS) / BPS;
        uint256 protocol = capital - sameLevel - upstream - burned;
        if (_levels[id].totalShares == 0) {
            burned += sameLevel;
            sameLevel = 0;
        } else {
            _distribute(id, sameLevel);
        }
        if (!_distributeUpstream(id, upstream)) {
            burned += upstream;
            upstream = 0;
        }
        emit CascadeDistributed(id, sameLevel, upstream, burned, protocol);
        _send(DEAD, burned);
        _send(treasury, protocol);
    }

    /// @dev Splits `amount` among the levels below `id` (VAULT keeps its own) by their stake.
    /// @return taken false when nothing is staked there
    function _distributeUpstream(uint8 id, uint256 amount) private returns (bool taken) {
        uint8 last = id == VAULT ? VAULT : id - 1;
        uint256 stakeLeft = 0;
        for (uint8 to = VAULT; to <= last; to++) {
            stakeLeft += _upstreamStake(to);
        }
        if (stakeLeft == 0) return false;
        // each takes its part of what is left, so that the last one takes all of it
        for (uint8 to = VAULT; to <= last; to++) {
            uint256 stake = _upstreamStake(to);
            if (stake == 0) continue;
            uint256 part = Math.mulDiv(amount, stake, stakeLeft);
            _distribute(to, part);
            amount -= part;
            stakeLeft -= stake;
        }
        return true;
    }

    /// @dev Stake that has shares to take rewards with.
    function _upstreamStake(uint8 id) private view returns (uint256) {
        return _levels[id].totalShares == 0 ? 0 : _levels[id].totalStaked;
    }

    function _scheduleNext(uint8 id) private {
        Level storage level = _levels[id];
        level.nextScanAt = uint48(_slotAfter(level, block.timestamp));
        emit ScanScheduled(id, level.nextScanAt);
    }

    /// @dev The first time of the level's schedule after `time`.
    function _slotAfter(Level storage level, uint256 time) private view returns (uint256) {
        uint256 missed = (time - level.nextScanAt) / level.scanInterval;
        return level.nextScanAt + (missed + 1) * level.scanInterval;
    }

    /// @dev A scan that falls due in an empty level is passed over.
    function _nextScanAt(Level storage level) private view returns (uint64) {
        if (level.positions > 0 || level.nextScanAt == 0) return level.nextScanAt;
        if (block.timestamp < level.nextScanAt) return level.nextScanAt;
        return uint64(_slotAfter(level, block.timestamp));
    }

    function _requireDepositsOpen(uint8 id) private {
        Level storage level = _existing(id);
        _closeIfOver(id);
        if (level.nextScanAt != 0 && block.timestamp >= level.nextScanAt) {
            if (level.positions > 0) revert ScanPending(id);
            _scheduleNext(id);
        }
        if (_isScanOpen(level)) revert ScanPending(id);
    }

    function _requireUnlocked(Position memory p) private view {
        Level storage level = _levels[p.level];
        if (level.nextScanAt == 0) return;
        uint256 lock = Math.min(lockPeriod, level.scanInterval / 4);
        bool awaited = _isScanOpen(level) && p.scanSeen < level.scans;
        if (awaited || block.timestamp + lock >= level.nextScanAt) {
            revert LevelLocked(p.level, awaited ? level.scanOpenUntil : level.nextScanAt);
        }
    }

    function _requirePosition(address user) private returns (Position memory p) {
        p = _sync(user, type(uint256).max);
        if (p.level == 0) revert NoPosition(user);
    }

    function _requireOpen(uint8 id) private view returns (Level storage level) {
        level = _existing(id);
        if (!_isScanOpen(level)) revert ScanNotOpen(id);
    }

    function _isScanOpen(Level storage level) private view returns (bool) {
        return block.timestamp < level.scanOpenUntil;
    }

    function _isAwaited(Level storage level, uint8 id, address user) private view returns (bool) {
        Position storage p = _positions[user];
        return p.level == id && p.scanSeen < level.scans;
    }

    function _existing(uint8 id) private view returns (Level storage) {
        if (id < VAULT || id > LEVELS) revert LevelUnknown(id);
        return _levels[id];
    }

    function _send(address to, uint256 amount) private {
        if (amount > 0) token.safeTransfer(to, amount);
    }
}
