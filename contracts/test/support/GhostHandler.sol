// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {DataToken} from "../../src/DataToken.sol";
import {GhostCore} from "../../src/GhostCore.sol";
import {IGhostCore} from "../../src/IGhostCore.sol";
import {TraceScan} from "../../src/TraceScan.sol";
import {Vm, bounded, vm} from "./Vm.sol";

/// @dev Plays the game at random for the invariant tests. Its functions only do what the rules allow at the moment,
/// so that any revert is a finding; what must be refused is tried with expectRevert.
contract GhostHandler {
    uint256 private constant SIGNER_KEY = 0xB0057;

    DataToken private immutable token;
    GhostCore private immutable core;
    TraceScan private immutable scanner;
    address private immutable admin;

    address[] public players;
    /// The model: who lives, from what the handler was told by events.
    mapping(address player => bool) public isAlive;
    uint256 public deaths;
    uint256 private boosts;

    constructor(DataToken token_, GhostCore core_, TraceScan scanner_, address admin_) {
        (token, core, scanner, admin) = (token_, core_, scanner_, admin_);
        for (uint160 i = 0; i < 8; i++) {
            players.push(address(0xFACE00 + i));
        }
    }

    function playerCount() external view returns (uint256) {
        return players.length;
    }

    /// Every player of `who` (a bit each) enters `level` or adds.
    function jackIn(uint8 who, uint256 amount, uint8 level) external {
        for (uint256 i = 0; i < players.length; i++) {
            if ((who >> i) & 1 == 1) _jackIn(players[i], bounded(amount, 100e18, 5000e18), level);
        }
    }

    /// Every player of `who` that may leave leaves.
    function extract(uint8 who) external {
        vm.roll(block.number + 1);
        for (uint256 i = 0; i < players.length; i++) {
            if ((who >> i) & 1 == 1) _extract(players[i]);
        }
    }

    function claim(uint256 who) external {
        address player = _player(who);
        if (core.pendingRewards(player) == 0) return;
        vm.prank(player);
        core.claimRewards();
    }

    function settle(uint256 who, uint256 epochs) external {
        core.settle(_player(who), epochs % 3);
    }

    function boost(uint256 who, uint8 boostType, uint16 valueBps, uint32 lifetime) external {
        address player = _player(who);
        if (!isAlive[player]) return;
        uint8 level = core.position(player).level;
        if (block.timestamp < core.levels()[level - 1].scanOpenUntil) return;
        uint64 expiry = uint64(block.timestamp + bounded(lifetime, 1, 12 hours));
        bytes32 nonce = keccak256(abi.encode("boost", boosts++));
        bytes memory signature = _sign(player, boostType % 2, valueBps, expiry, nonce);
        vm.prank(player);
        try core.applyBoost(boostType % 2, valueBps, expiry, nonce, signature) {}
        catch (bytes memory reason) {
            require(bytes4(reason) == IGhostCore.TooManyBoosts.selector, "boost refused");
            return;
        }
        vm.expectRevert(abi.encodeWithSelector(IGhostCore.BoostNonceUsed.selector, nonce));
        vm.prank(player);
        core.applyBoost(boostType % 2, valueBps, expiry, nonce, signature);
    }

    /// Executes the level's scan, waiting for it at most an interval, and submits some of its outcomes or all. Mostly
    /// its window then passes, so that whoever comes next closes it.
    function scan(uint8 id, bytes32 randomness, uint256 subset) external {
        id = _someLevel(id);
        if (id == 1 || core.levels()[id - 1].positions == 0) return;
        if (block.timestamp >= core.levels()[id - 1].scanOpenUntil) {
            if (block.timestamp < core.nextScanAt(id)) vm.warp(core.nextScanAt(id));
            vm.roll(block.number + 1);
            vm.prevrandao(randomness);
            scanner.executeScan(id);
        }
        _submit(id, subset % 3 == 0 ? type(uint256).max : subset >> 8);
        uint256 openUntil = core.levels()[id - 1].scanOpenUntil;
        if (subset % 4 != 0 && openUntil != 0) vm.warp(openUntil);
    }

    /// What happens now and then.
    function rare(uint256 what, uint256 who, uint256 amount) external {
        if (what % 5 == 0) _donate(_player(who), amount);
        else if (what % 5 == 1) core.sweepSurplus();
        else if (what % 5 == 2) _emergency(_player(who));
        else if (what % 5 == 3) _closeScan(uint8(bounded(amount, 1, 5)));
        else if (block.timestamp >= core.deadline()) core.triggerSystemReset();
    }

    function pass(uint256 time) external {
        vm.warp(block.timestamp + bounded(time, 1, 30 minutes));
        vm.roll(block.number + 1);
    }

    /// Long enough for resets and missed scans.
    function passLong(uint256 time) external {
        if (time % 3 != 0) return;
        vm.warp(block.timestamp + bounded(time, 1 hours, 3 days));
        vm.roll(block.number + 1);
    }

    function _jackIn(address player, uint256 amount, uint8 level) private {
        level = isAlive[player] ? core.position(player).level : _someLevel(level);
        if (_isScanPending(level) || token.balanceOf(player) < amount) return;
        vm.startPrank(player);
        token.approve(address(core), amount);
        core.jackIn(amount, level);
        vm.stopPrank();
        isAlive[player] = true;
    }

    function _extract(address player) private {
        if (!isAlive[player]) return;
        IGhostCore.LevelView memory level = core.levels()[core.position(player).level - 1];
        if (level.nextScanAt != 0) {
            if (block.timestamp + 60 >= level.nextScanAt) return;
            (bool awaited,) = core.scanSubject(player, level.level, 0);
            if (awaited) return;
        }
        vm.prank(player);
        core.extract();
        isAlive[player] = false;
    }

    function _donate(address player, uint256 amount) private {
        amount = bounded(amount, 0, token.balanceOf(player) / 100);
        vm.prank(player);
        token.transfer(address(core), amount);
    }

    function _emergency(address player) private {
        if (!isAlive[player]) return;
        vm.prank(admin);
        core.pause();
        vm.prank(player);
        core.emergencyWithdraw();
        isAlive[player] = false;
        vm.prank(admin);
        core.unpause();
    }

    function _closeScan(uint8 id) private {
        uint256 openUntil = core.levels()[id - 1].scanOpenUntil;
        if (openUntil != 0 && block.timestamp >= openUntil) core.closeScan(id);
    }

    function _submit(uint8 id, uint256 subset) private {
        TraceScan.Outcome[] memory outcomes = scanner.outcomes(id, players);
        address[] memory one = new address[](1);
        for (uint256 i = 0; i < players.length; i++) {
            if (outcomes[i] == TraceScan.Outcome.None || (subset >> i) & 1 == 0) continue;
            one[0] = players[i];
            if (outcomes[i] == TraceScan.Outcome.Survives) {
                scanner.submitSurvivors(id, one);
                continue;
            }
            vm.recordLogs();
            // named twice, and again: it dies once
            address[] memory twice = new address[](2);
            (twice[0], twice[1]) = (players[i], players[i]);
            scanner.submitDeaths(id, twice);
            _bury(vm.getRecordedLogs());
            if (block.timestamp < core.levels()[id - 1].scanOpenUntil) {
                scanner.submitDeaths(id, one);
            }
        }
    }

    function _bury(Vm.Log[] memory logs) private {
        uint256 before = deaths;
        for (uint256 i = 0; i < logs.length; i++) {
            if (logs[i].topics[0] != IGhostCore.PositionTraced.selector) continue;
            address player = address(uint160(uint256(logs[i].topics[1])));
            require(isAlive[player], "the dead died");
            isAlive[player] = false;
            deaths++;
        }
        require(deaths == before + 1, "one death");
    }

    function _isScanPending(uint8 id) private view returns (bool) {
        IGhostCore.LevelView memory level = core.levels()[id - 1];
        if (block.timestamp < level.scanOpenUntil) return true;
        return level.positions > 0 && level.nextScanAt != 0 && block.timestamp >= level.nextScanAt;
    }

    /// @dev Mostly VAULT and DARKNET, so that players meet.
    function _someLevel(uint8 random) private pure returns (uint8) {
        return uint8(bytes("\x01\x01\x04\x04\x04\x02\x03\x05")[random % 8]);
    }

    function _player(uint256 who) private view returns (address) {
        return players[who % players.length];
    }

    function _sign(address user, uint8 boostType, uint16 valueBps, uint64 expiry, bytes32 nonce)
        private
        view
        returns (bytes memory)
    {
        (, string memory name, string memory version,,,,) = core.eip712Domain();
        bytes32 domain = keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                ),
                keccak256(bytes(name)),
                keccak256(bytes(version)),
                block.chainid,
                address(core)
            )
        );
        bytes32 message =
            keccak256(abi.encode(core.BOOST_TYPEHASH(), user, boostType, valueBps, expiry, nonce));
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(SIGNER_KEY, keccak256(abi.encodePacked(hex"1901", domain, message)));
        return abi.encodePacked(r, s, v);
    }
}
