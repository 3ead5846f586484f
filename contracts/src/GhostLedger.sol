// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IGhostCore} from "./IGhostCore.sol";

/// @title The bookkeeping under GhostCore: stakes, shares, rewards and penalties. It moves no tokens.
/// @dev A position earns by shares: its amount, raised by its yield boosts. `accRewardsPerShare` is what one share
/// of the level has ever earned, scaled by 1e18.
///
/// A system reset takes a quarter of every level's totals at once and writes each level's accumulator down; a
/// position takes its own quarters when it is next touched, each with the rewards of the time before it. Totals
/// round up and positions round down, so totals exceed the sum of positions by at most one wei a position and
/// reset; the debt of a reward rounds up and the reward down. What the contract owes is never more than it holds.
abstract contract GhostLedger is IGhostCore {
    using SafeCast for uint256;

    struct Level {
        uint16 deathRateBps;
        uint32 scanInterval;
        uint32 positions;
        uint32 scans;
        /// Positions whose outcome the open scan still waits for.
        uint32 unaccounted;
        uint48 nextScanAt;
        uint48 scanOpenUntil;
        uint128 minStake;
        uint128 totalStaked;
        uint128 totalShares;
        /// Principal of the dead of the open scan, which its closing gives away.
        uint128 deadCapital;
        uint256 accRewardsPerShare;
        /// What earlier distributions could not split, scaled by 1e18.
        uint256 remainder;
    }

    struct Position {
        uint128 amount;
        uint128 shares;
        uint256 rewardDebt;
        /// 0 when there is no position.
        uint8 level;
        /// Resets that are booked.
        uint32 epoch;
        /// Number of the last scan it came after or survived.
        uint32 scanSeen;
        uint32 ghostStreak;
        uint48 enteredAt;
        uint48 depositBlock;
    }

    struct Boost {
        uint8 boostType;
        uint16 valueBps;
        uint64 expiry;
    }

    uint8 internal constant VAULT = 1;
    uint8 internal constant LEVELS = 5;
    uint8 internal constant BOOST_DEATH_RATE = 0;
    uint8 internal constant BOOST_YIELD = 1;
    uint256 internal constant BPS = 10_000;
    uint256 internal constant PENALTY_PARTS = 4;
    /// @dev The boosts of one type count for no more than this together.
    uint256 internal constant MAX_BOOST_BPS = 3500;
    uint256 internal constant MAX_BOOSTS = 16;
    uint256 private constant SCALE = 1e18;

    /// @notice How many system resets there were.
    uint32 public resetEpoch;
    /// @notice Rewards given to levels and not yet paid or forfeited.
    uint256 public rewardsOutstanding;

    mapping(uint8 level => Level) internal _levels;
    mapping(address user => Position) internal _positions;
    /// @dev Rewards that were booked and wait to be claimed.
    mapping(address user => uint256) internal _credits;
    mapping(address user => Boost[]) internal _boosts;
    /// @dev `accRewardsPerShare` of a level at the reset that ended an epoch.
    mapping(uint8 level => mapping(uint32 epoch => uint256)) private _accAtReset;

    uint256[40] private __gap;

    /// @dev Books what is due to `user` and returns its position, which the caller changes and stores.
    function _sync(address user, uint256 maxEpochs) internal returns (Position memory p) {
        p = _positions[user];
        if (p.level == 0) return p;
        (uint256 rewards, uint256 penalty) = _catchUp(p, maxEpochs);
        if (rewards > 0) _credits[user] += rewards;
        if (penalty > 0) emit PositionPenalized(user, p.level, penalty, p.amount);
        if (p.epoch == resetEpoch) _reshare(user, p);
        _positions[user] = p;
    }

    /// @dev Brings `p` forward by at most `maxEpochs` resets and, when none is left, to the present.
    function _catchUp(Position memory p, uint256 maxEpochs)
        internal
        view
        returns (uint256 rewards, uint256 penalty)
    {
        uint256 missed = Math.min(resetEpoch - p.epoch, maxEpochs);
        for (uint256 i = 0; i < missed; i++) {
            uint256 acc = _accAtReset[p.level][p.epoch];
            rewards += _earned(p, acc);
            uint256 loss = Math.ceilDiv(p.amount, PENALTY_PARTS);
            penalty += loss;
            p.amount -= uint128(loss);
            p.shares -= uint128(Math.ceilDiv(p.shares, PENALTY_PARTS));
            p.rewardDebt = _debt(p.shares, acc);
            p.epoch++;
        }
        if (p.epoch == resetEpoch) {
            uint256 acc = _levels[p.level].accRewardsPerShare;
            rewards += _earned(p, acc);
            p.rewardDebt = _debt(p.shares, acc);
        }
    }

    /// @dev Adds `amount` to a position that is up to date, or begins one when `p` has a level and nothing else.
    function _deposit(address user, Position memory p, uint256 amount) internal {
        p.amount += amount.toUint128();
        p.depositBlock = uint48(block.number);
        _levels[p.level].totalStaked += amount.toUint128();
        _reshare(user, p);
        _positions[user] = p;
    }

    /// @dev Ends a position that is up to date. Its credit stays.
    function _remove(address user, Position memory p) internal {
        Level storage level = _levels[p.level];
        level.positions -= 1;
        // the last one out leaves the wei that rounding added to the totals: they become surplus
        level.totalStaked = level.positions == 0 ? 0 : level.totalStaked - p.amount;
        level.totalShares = level.positions == 0 ? 0 : level.totalShares - p.shares;
        delete _positions[user];
        delete _boosts[user];
    }

    /// @dev Gives `amount` to the shares of a level that has some.
    function _distribute(uint8 id, uint256 amount) internal {
        Level storage level = _levels[id];
        uint256 scaled = amount * SCALE + level.remainder;
        level.accRewardsPerShare += scaled / level.totalShares;
        level.remainder = scaled % level.totalShares;
        rewardsOutstanding += amount;
    }

    /// @dev Takes a quarter from every level and opens the next epoch.
    function _penalizeLevels() internal returns (uint256 pool) {
        for (uint8 id = VAULT; id <= LEVELS; id++) {
            Level storage level = _levels[id];
            uint128 loss = level.totalStaked / uint128(PENALTY_PARTS);
            level.totalStaked -= loss;
            level.totalShares -= level.totalShares / uint128(PENALTY_PARTS);
            _accAtReset[id][resetEpoch] = level.accRewardsPerShare;
            pool += loss;
        }
        resetEpoch += 1;
    }

    /// @dev Takes the whole credit of `user` off the books.
    function _takeCredit(address user) internal returns (uint256 rewards) {
        rewards = _credits[user];
        delete _credits[user];
        rewardsOutstanding -= rewards;
    }

    /// @dev Adds a boost in the place of one that expired, or at the end.
    function _addBoost(address user, Boost memory boost) internal {
        Boost[] storage boosts = _boosts[user];
        for (uint256 i = 0; i < boosts.length; i++) {
            if (boosts[i].expiry <= block.timestamp) {
                boosts[i] = boost;
                return;
            }
        }
        if (boosts.length == MAX_BOOSTS) revert TooManyBoosts(MAX_BOOSTS);
        boosts.push(boost);
    }

    function _boostBps(address user, uint8 boostType, uint256 time) internal view returns (uint16) {
        Boost[] storage boosts = _boosts[user];
        uint256 sum = 0;
        for (uint256 i = 0; i < boosts.length; i++) {
            Boost memory boost = boosts[i];
            if (boost.boostType == boostType && boost.expiry > time) sum += boost.valueBps;
        }
        return uint16(Math.min(sum, MAX_BOOST_BPS));
    }

    function _totalStaked() internal view returns (uint256 sum) {
        for (uint8 id = VAULT; id <= LEVELS; id++) {
            sum += _levels[id].totalStaked;
        }
    }

    /// @dev Sets the shares by the amount and the yield boosts of this moment.
    function _reshare(address user, Position memory p) private {
        Level storage level = _levels[p.level];
        uint256 shares =
            (uint256(p.amount) * (BPS + _boostBps(user, BOOST_YIELD, block.timestamp))) / BPS;
        if (shares == p.shares) return;
        level.totalShares = (level.totalShares + shares - p.shares).toUint128();
        p.shares = shares.toUint128();
        p.rewardDebt = _debt(shares, level.accRewardsPerShare);
    }

    function _earned(Position memory p, uint256 acc) private pure returns (uint256) {
        return Math.saturatingSub((p.shares * acc) / SCALE, p.rewardDebt);
    }

    function _debt(uint256 shares, uint256 acc) private pure returns (uint256) {
        return Math.ceilDiv(shares * acc, SCALE);
    }
}
