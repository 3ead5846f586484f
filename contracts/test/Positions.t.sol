// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IGhostCore} from "../src/IGhostCore.sol";
import {BLACK_ICE, DARKNET, GhostFixture, MAINFRAME, VAULT} from "./support/GhostFixture.sol";
import {bounded, vm} from "./support/Vm.sol";

/// @dev Entering, adding, leaving and claiming.
contract PositionsTest is GhostFixture {
    function test_JackInOpensAPosition() public {
        vm.expectEmit(address(core));
        emit IGhostCore.JackedIn(alice, 20e18, DARKNET, 20e18);
        _jackIn(alice, 20e18, DARKNET);
        IGhostCore.PositionView memory p = core.position(alice);
        vm.assertEq(p.level, DARKNET, "level");
        vm.assertEq(p.amount, 20e18, "amount");
        vm.assertEq(p.enteredAt, START, "entered");
        vm.assertEq(core.levels()[3].totalStaked, 20e18, "staked");
        vm.assertEq(core.levels()[3].positions, 1, "positions");
        vm.assertEq(core.lastDepositor(), alice, "last depositor");
    }

    function test_JackInAgainAddsAndIgnoresTheLevel() public {
        _jackIn(alice, 20e18, DARKNET);
        vm.expectEmit(address(core));
        emit IGhostCore.JackedIn(alice, 1, DARKNET, 20e18 + 1);
        _jackIn(alice, 1, 77);
        vm.assertEq(core.levels()[3].positions, 1, "positions");
    }

    function test_JackInRefusesTooLittleNothingAndUnknownLevels() public {
        vm.expectRevert(
            abi.encodeWithSelector(IGhostCore.StakeBelowMinimum.selector, 100e18 - 1, 100e18)
        );
        _jackIn(alice, 100e18 - 1, VAULT);
        vm.expectRevert(abi.encodeWithSelector(IGhostCore.AmountZero.selector));
        _jackIn(alice, 0, VAULT);
        vm.expectRevert(abi.encodeWithSelector(IGhostCore.LevelUnknown.selector, 0));
        _jackIn(alice, 100e18, 0);
        vm.expectRevert(abi.encodeWithSelector(IGhostCore.LevelUnknown.selector, 6));
        _jackIn(alice, 100e18, 6);
    }

    function test_JackInCountsWhatArrives() public {
        token.setTaxExempt(address(core), false);
        _jackIn(alice, 1000e18, VAULT);
        vm.assertEq(_amount(alice), 900e18, "after tax");
        vm.assertEq(token.balanceOf(address(core)), 900e18, "held");
    }

    function testFuzz_ExtractPaysThePrincipalBack(uint256 amount, uint8 level) public {
        level = uint8(bounded(level, VAULT, BLACK_ICE));
        amount = bounded(amount, 100e18, 1_000_000e18);
        _jackIn(alice, amount, level);
        _extract(alice);
        vm.assertEq(token.balanceOf(alice), 1_000_000e18, "whole again");
        vm.assertEq(core.totalValueLocked(), 0, "nothing locked");
        vm.assertEq(core.position(alice).level, 0, "gone");
    }

    function test_ExtractIsRefusedInTheMinuteBeforeAScan() public {
        _jackIn(alice, 20e18, DARKNET);
        uint256 scanAt = core.nextScanAt(DARKNET);
        vm.warp(scanAt - 60);
        vm.roll(block.number + 1);
        vm.expectRevert(abi.encodeWithSelector(IGhostCore.LevelLocked.selector, DARKNET, scanAt));
        vm.prank(alice);
        core.extract();
        vm.warp(scanAt - 61);
        _extract(alice);
    }

    function test_ExtractIsRefusedWhileAScanIsDueOrWaitsForTheOutcome() public {
        _jackIn(alice, 20e18, DARKNET);
        _jackIn(bob, 20e18, DARKNET);
        vm.warp(core.nextScanAt(DARKNET) + 5);
        vm.roll(block.number + 1);
        vm.expectPartialRevert(IGhostCore.LevelLocked.selector);
        vm.prank(alice);
        core.extract();
        _openScan(DARKNET);
        vm.expectPartialRevert(IGhostCore.LevelLocked.selector);
        vm.prank(alice);
        core.extract();
        _spare(DARKNET, alice);
        _extract(alice);
    }

    function test_ExtractIsFreeAgainWhenNobodySubmittedInTime() public {
        _jackIn(alice, 20e18, DARKNET);
        _openScan(DARKNET);
        vm.warp(core.levels()[3].scanOpenUntil);
        _extract(alice);
        vm.assertEq(token.balanceOf(alice), 1_000_000e18, "whole again");
    }

    function test_ExtractIsRefusedInTheBlockOfADeposit() public {
        _jackIn(alice, 100e18, VAULT);
        vm.expectRevert(abi.encodeWithSelector(IGhostCore.SameBlock.selector));
        vm.prank(alice);
        core.extract();
    }

    function test_StrangersHaveNothing() public {
        vm.expectRevert(abi.encodeWithSelector(IGhostCore.NoPosition.selector, alice));
        vm.prank(alice);
        core.extract();
        vm.expectRevert(abi.encodeWithSelector(IGhostCore.NothingToClaim.selector, alice));
        vm.prank(alice);
        core.claimRewards();
    }

    function test_JackInWaitsForADueScan() public {
        _jackIn(alice, 50e18, MAINFRAME);
        vm.warp(core.nextScanAt(MAINFRAME));
        vm.expectRevert(abi.encodeWithSelector(IGhostCore.ScanPending.selector, MAINFRAME));
        _jackIn(bob, 50e18, MAINFRAME);
        _openScan(MAINFRAME);
        vm.expectRevert(abi.encodeWithSelector(IGhostCore.ScanPending.selector, MAINFRAME));
        _jackIn(bob, 50e18, MAINFRAME);
        _spare(MAINFRAME, alice);
        _jackIn(bob, 50e18, MAINFRAME);
    }

    function test_AnEmptyLevelPassesItsScansOver() public {
        vm.warp(START + 5 hours);
        vm.assertEq(core.nextScanAt(DARKNET), START + 6 hours, "seen");
        _jackIn(alice, 20e18, DARKNET);
        vm.assertEq(core.levels()[3].nextScanAt, START + 6 hours, "kept");
    }

    function test_VaultIsNeverScanned() public {
        vm.assertEq(core.nextScanAt(VAULT), 0, "never");
        vm.warp(START + 365 days);
        vm.expectRevert(abi.encodeWithSelector(IGhostCore.ScanNotDue.selector, VAULT, 0));
        scanner.executeScan(VAULT);
    }
}
