// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IGhostCore} from "../src/IGhostCore.sol";
import {DEAD, GhostFixture} from "./support/GhostFixture.sol";
import {GhostHandler} from "./support/GhostHandler.sol";
import {vm} from "./support/Vm.sol";

/// @dev What holds after any history the handler can play. That nobody dies twice and no boost nonce counts twice,
/// the handler checks as it goes.
contract InvariantsTest is GhostFixture {
    /// A cascade splits to 1e-18 wei a share and a position books whole wei: a billionth of a DATA, in all.
    uint256 private constant ROUNDING = 1e9;

    GhostHandler private handler;

    function setUp() public override {
        super.setUp();
        handler = new GhostHandler(token, core, scanner, admin);
        for (uint256 i = 0; i < handler.playerCount(); i++) {
            token.transfer(handler.players(i), 50_000e18);
        }
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = _list(address(handler));
    }

    function invariant_TheBooksBalance() public view {
        _positionsAddUpToTheLevels();
        _holdsAtLeastWhatItOwes();
        _losesNoToken();
        vm.assertLe(core.deadline(), block.timestamp + 24 hours, "a reset is never far away");
    }

    /// When everyone has left, what remains is rounding.
    function afterInvariant() public {
        for (uint8 id = 1; id <= 5; id++) {
            if (core.levels()[id - 1].positions == 0) continue;
            // twice: an overdue scan may end just before the next one
            for (uint256 i = 0; i < 2 && id > 1; i++) {
                _passScan(id);
            }
            _empty(id);
        }
        for (uint256 i = 0; i < handler.playerCount(); i++) {
            if (core.pendingRewards(handler.players(i)) == 0) continue;
            vm.prank(handler.players(i));
            core.claimRewards();
        }
        core.sweepSurplus();
        vm.assertEq(core.totalValueLocked(), 0, "nothing staked");
        vm.assertLe(token.balanceOf(address(core)), ROUNDING, "nothing stranded");
    }

    /// @dev Lets a scan go by without outcomes.
    function _passScan(uint8 id) private {
        uint256 openUntil = core.levels()[id - 1].scanOpenUntil;
        if (openUntil > block.timestamp) vm.warp(openUntil);
        if (core.nextScanAt(id) > block.timestamp) vm.warp(core.nextScanAt(id));
        scanner.executeScan(id);
        vm.warp(core.levels()[id - 1].scanOpenUntil);
        core.closeScan(id);
    }

    function _empty(uint8 id) private {
        for (uint256 i = 0; i < handler.playerCount(); i++) {
            address player = handler.players(i);
            if (core.position(player).level == id) _extract(player);
        }
    }

    /// @dev Equal up to the wei that lazy penalties round: totals up, positions down.
    function _positionsAddUpToTheLevels() private view {
        uint256[5] memory staked;
        uint256[5] memory positions;
        for (uint256 i = 0; i < handler.playerCount(); i++) {
            IGhostCore.PositionView memory p = core.position(handler.players(i));
            vm.assertTrue((p.level != 0) == handler.isAlive(handler.players(i)), "as the model");
            if (p.level == 0) continue;
            staked[p.level - 1] += p.amount;
            positions[p.level - 1] += 1;
        }
        IGhostCore.LevelView[5] memory levels = core.levels();
        for (uint256 i = 0; i < 5; i++) {
            vm.assertEq(levels[i].positions, positions[i], "positions");
            vm.assertGe(levels[i].totalStaked, staked[i], "totals round up");
            uint256 rounding = core.resetEpoch() == 0 ? 0 : 4 * handler.playerCount();
            vm.assertLe(levels[i].totalStaked - staked[i], rounding, "by a few wei");
        }
    }

    function _holdsAtLeastWhatItOwes() private view {
        uint256 pending = 0;
        for (uint256 i = 0; i < handler.playerCount(); i++) {
            pending += core.pendingRewards(handler.players(i));
        }
        vm.assertLe(pending, core.rewardsOutstanding(), "rewards are covered");
        vm.assertLe(core.rewardsOutstanding() - pending, ROUNDING, "rewards all have an owner");
        uint256 owed = core.totalValueLocked() + core.rewardsOutstanding();
        vm.assertGe(token.balanceOf(address(core)), owed, "everything is covered");
    }

    function _losesNoToken() private view {
        uint256 sum = token.balanceOf(address(core)) + token.balanceOf(address(this));
        sum += token.balanceOf(DEAD) + token.balanceOf(treasury);
        sum += token.balanceOf(alice) + token.balanceOf(bob);
        sum += token.balanceOf(carol) + token.balanceOf(dave);
        for (uint256 i = 0; i < handler.playerCount(); i++) {
            sum += token.balanceOf(handler.players(i));
        }
        vm.assertEq(sum, token.SUPPLY(), "conserved");
    }
}
