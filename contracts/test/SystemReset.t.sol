// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IGhostCore} from "../src/IGhostCore.sol";
import {DARKNET, DEAD, GhostFixture, SUBNET, VAULT} from "./support/GhostFixture.sol";
import {bounded, vm} from "./support/Vm.sol";

contract SystemResetTest is GhostFixture {
    function test_TakesAQuarterOfEverything() public {
        _jackIn(alice, 1000e18, VAULT);
        _jackIn(bob, 3000e18, DARKNET);
        vm.warp(core.deadline());
        vm.expectEmit(address(core));
        emit IGhostCore.SystemResetTriggered(1000e18, bob, 500e18);
        vm.prank(carol);
        core.triggerSystemReset();
        vm.assertEq(token.balanceOf(bob), 1_000_000e18 - 3000e18 + 500e18, "jackpot");
        vm.assertEq(token.balanceOf(DEAD), 300e18, "burned");
        vm.assertEq(token.balanceOf(treasury), 200e18, "treasury");
        vm.assertEq(_amount(alice), 750e18, "alice");
        vm.assertEq(_amount(bob), 2250e18, "bob");
        vm.assertEq(core.totalValueLocked(), 3000e18, "locked");
        vm.assertEq(core.deadline(), block.timestamp + 24 hours, "anew");
    }

    function test_IsRefusedBeforeTheDeadline() public {
        uint64 deadline = core.deadline();
        vm.warp(deadline - 1);
        vm.expectRevert(abi.encodeWithSelector(IGhostCore.ResetNotDue.selector, deadline));
        core.triggerSystemReset();
    }

    function test_EveryMissedEpochApplies() public {
        _jackIn(alice, 1024e18, VAULT);
        for (uint256 i = 0; i < 3; i++) {
            vm.warp(core.deadline());
            core.triggerSystemReset();
        }
        vm.assertEq(_amount(alice), 432e18, "three quarters, three times");
        vm.expectEmit(address(core));
        emit IGhostCore.PositionPenalized(alice, VAULT, 592e18, 432e18);
        core.settle(alice, type(uint256).max);
        vm.assertEq(core.totalValueLocked(), 432e18, "totals had it already");
    }

    function test_NobodyEscapesADueResetByLeavingOrAdding() public {
        _jackIn(alice, 1000e18, VAULT);
        _jackIn(bob, 1000e18, VAULT);
        vm.warp(core.deadline());
        _extract(alice);
        vm.assertEq(token.balanceOf(alice), 999_750e18, "a quarter poorer");
        vm.assertEq(core.resetEpoch(), 1, "reset");
        _jackIn(bob, 100e18, VAULT);
        vm.assertEq(_amount(bob), 850e18, "three quarters and the new");
    }

    function test_ANewcomerIsNotPenalizedForThePast() public {
        _jackIn(alice, 1000e18, VAULT);
        vm.warp(core.deadline());
        _jackIn(bob, 1000e18, VAULT);
        vm.assertEq(_amount(bob), 1000e18, "whole");
        vm.assertEq(core.lastDepositor(), bob, "next in line");
    }

    function test_ADepositBuysTimeByItsSizeAndNeverShortens() public {
        vm.warp(START + 23 hours);
        _jackIn(alice, 30e18, SUBNET);
        vm.assertEq(core.deadline(), block.timestamp + 1 hours, "under 50");
        _jackIn(alice, 50e18, SUBNET);
        vm.assertEq(core.deadline(), block.timestamp + 4 hours, "under 200");
        _jackIn(alice, 200e18, SUBNET);
        vm.assertEq(core.deadline(), block.timestamp + 8 hours, "under 500");
        _jackIn(alice, 500e18, SUBNET);
        vm.assertEq(core.deadline(), block.timestamp + 16 hours, "under 1000");
        _jackIn(alice, 1000e18, SUBNET);
        vm.assertEq(core.deadline(), block.timestamp + 24 hours, "from 1000");
        _jackIn(alice, 1e18, SUBNET);
        vm.assertEq(core.deadline(), block.timestamp + 24 hours, "not shortened");
    }

    function test_RewardsAreSharedByTheStakesOfTheirTime() public {
        _jackIn(alice, 100e18, DARKNET);
        _jackIn(bob, 100e18, DARKNET);
        _jackIn(carol, 100e18, DARKNET);
        // 30 from carol's death, half each
        _openScan(DARKNET);
        vm.prank(address(scanner));
        core.incrementGhostStreak(DARKNET, _list(alice, bob));
        _kill(DARKNET, carol);
        vm.warp(core.deadline());
        core.triggerSystemReset();
        // dave enters at full stake beside two of 75: his 150 are half of the level
        _openScan(DARKNET);
        vm.prank(address(scanner));
        core.incrementGhostStreak(DARKNET, _list(alice, bob));
        _jackIn(dave, 150e18, DARKNET);
        _jackIn(carol, 100e18, DARKNET);
        _openScan(DARKNET);
        vm.prank(address(scanner));
        core.incrementGhostStreak(DARKNET, _list(alice, bob));
        _spare(DARKNET, dave);
        _kill(DARKNET, carol);
        vm.assertEq(core.pendingRewards(alice), 15e18 + 7.5e18, "alice");
        vm.assertEq(core.pendingRewards(dave), 15e18, "dave");
    }

    function test_AResetWithoutPlayersMovesNothing() public {
        vm.warp(core.deadline());
        core.triggerSystemReset();
        vm.assertEq(core.resetEpoch(), 1, "counted");
        vm.assertEq(token.balanceOf(DEAD), 0, "nothing burned");
    }

    /// Catching up in steps comes to the same as at once.
    function testFuzz_SettlingInStepsIsSettling(uint256 amount, uint8 resets, uint8 step) public {
        amount = bounded(amount, 100e18, 900_000e18);
        resets = uint8(bounded(resets, 1, 12));
        step = uint8(bounded(step, 1, 5));
        _jackIn(alice, amount, VAULT);
        _jackIn(bob, amount, VAULT);
        for (uint256 i = 0; i < resets; i++) {
            vm.warp(core.deadline());
            core.triggerSystemReset();
        }
        uint256 expected = _amount(alice);
        for (uint256 done = 0; done < resets; done += step) {
            core.settle(alice, step);
        }
        core.settle(bob, type(uint256).max);
        vm.assertEq(_amount(alice), expected, "as foreseen");
        vm.assertEq(_amount(bob), expected, "as at once");
        uint256 gap = core.totalValueLocked() - 2 * expected;
        vm.assertLe(gap, 8, "totals exceed positions by a few wei at most");
    }
}
