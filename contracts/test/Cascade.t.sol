// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IGhostCore} from "../src/IGhostCore.sol";
import {
    BLACK_ICE,
    DARKNET,
    DEAD,
    GhostFixture,
    MAINFRAME,
    SUBNET,
    VAULT
} from "./support/GhostFixture.sol";
import {bounded, vm} from "./support/Vm.sol";

/// @dev Death, and who gets what the dead leave.
contract CascadeTest is GhostFixture {
    function test_SplitsDeadCapital() public {
        _jackIn(alice, 300e18, VAULT);
        _jackIn(bob, 100e18, SUBNET);
        _jackIn(carol, 1000e18, DARKNET);
        _jackIn(dave, 500e18, DARKNET);
        _openScan(DARKNET);
        _spare(DARKNET, dave);
        vm.expectEmit(address(core));
        emit IGhostCore.PositionTraced(carol, DARKNET, 1000e18);
        vm.expectEmit(address(core));
        emit IGhostCore.DeathsProcessed(DARKNET, 1, 1000e18);
        vm.expectEmit(address(core));
        emit IGhostCore.CascadeDistributed(DARKNET, 300e18, 300e18, 300e18, 100e18);
        _kill(DARKNET, carol);
        vm.assertEq(core.pendingRewards(dave), 300e18, "survivor");
        vm.assertEq(core.pendingRewards(alice), 225e18, "VAULT, three quarters of the stake above");
        vm.assertEq(core.pendingRewards(bob), 75e18, "SUBNET, one quarter");
        vm.assertEq(core.pendingRewards(carol), 0, "the dead");
        vm.assertEq(token.balanceOf(DEAD), 300e18, "burned");
        vm.assertEq(token.balanceOf(treasury), 100e18, "treasury");
        vm.assertEq(core.position(carol).level, 0, "gone");
    }

    function test_BurnsTheSurvivorsPartWhenNoneSurvive() public {
        _jackIn(alice, 100e18, VAULT);
        _jackIn(bob, 100e18, BLACK_ICE);
        _openScan(BLACK_ICE);
        vm.expectEmit(address(core));
        emit IGhostCore.CascadeDistributed(BLACK_ICE, 0, 30e18, 60e18, 10e18);
        _kill(BLACK_ICE, bob);
    }

    function test_BurnsTheUpstreamPartWhenNobodyIsAbove() public {
        _jackIn(alice, 50e18, MAINFRAME);
        _jackIn(bob, 50e18, MAINFRAME);
        _openScan(MAINFRAME);
        _kill(MAINFRAME, bob);
        vm.expectEmit(address(core));
        emit IGhostCore.CascadeDistributed(MAINFRAME, 15e18, 0, 30e18, 5e18);
        _spare(MAINFRAME, alice);
    }

    function test_StrandsNothingWhenEveryoneDies() public {
        _jackIn(alice, 50e18, MAINFRAME);
        _jackIn(bob, 50e18, MAINFRAME);
        _openScan(MAINFRAME);
        vm.prank(address(scanner));
        core.processDeaths(MAINFRAME, _list(alice, bob));
        vm.assertEq(token.balanceOf(address(core)), 0, "held");
        vm.assertEq(token.balanceOf(DEAD), 90e18, "burned");
        vm.assertEq(token.balanceOf(treasury), 10e18, "treasury");
    }

    function test_WhoDiesLaterInTheSameScanSharesNothing() public {
        _jackIn(alice, 100e18, DARKNET);
        _jackIn(bob, 100e18, DARKNET);
        _jackIn(carol, 100e18, DARKNET);
        _openScan(DARKNET);
        _kill(DARKNET, alice);
        vm.assertEq(core.pendingRewards(bob), 0, "not before the scan closes");
        _kill(DARKNET, bob);
        _spare(DARKNET, carol);
        vm.assertEq(core.pendingRewards(bob), 0, "dead");
        vm.assertEq(core.pendingRewards(carol), 60e18, "the survivor has all of it");
    }

    function test_TheCascadeOfAnIncompleteScanIsPaidWhenItsWindowIsOver() public {
        _jackIn(alice, 100e18, DARKNET);
        _jackIn(bob, 100e18, DARKNET);
        _openScan(DARKNET);
        _kill(DARKNET, alice);
        vm.expectRevert(abi.encodeWithSelector(IGhostCore.ScanPending.selector, DARKNET));
        core.closeScan(DARKNET);
        vm.warp(core.levels()[3].scanOpenUntil);
        vm.expectRevert(abi.encodeWithSelector(IGhostCore.ScanNotOpen.selector, DARKNET));
        _spare(DARKNET, bob);
        core.closeScan(DARKNET);
        vm.assertEq(core.pendingRewards(bob), 30e18, "survivor by default");
    }

    /// Found by the invariants: leaving or adding closed the scan after the position's books were read.
    function test_ACascadeThatLeavingOrAddingPaysReachesWhoLeavesOrAdds() public {
        _jackIn(alice, 100e18, DARKNET);
        _jackIn(bob, 100e18, DARKNET);
        _jackIn(carol, 100e18, DARKNET);
        _openScan(DARKNET);
        _kill(DARKNET, carol);
        vm.warp(core.levels()[3].scanOpenUntil);
        uint256 snapshot = vm.snapshotState();
        _extract(alice);
        vm.assertEq(token.balanceOf(alice), 1_000_015e18, "left with its half of 30");
        vm.revertToState(snapshot);
        _jackIn(alice, 100e18, DARKNET);
        vm.assertEq(core.pendingRewards(alice), 15e18, "added and has its half of 30");
    }

    function test_NobodyDiesTwice() public {
        _jackIn(alice, 100e18, DARKNET);
        _jackIn(bob, 100e18, DARKNET);
        _openScan(DARKNET);
        vm.prank(address(scanner));
        core.processDeaths(DARKNET, _list(alice, alice));
        _kill(DARKNET, alice);
        vm.assertEq(core.levels()[3].totalStaked, 100e18, "one stake gone");
        vm.assertEq(core.levels()[3].positions, 1, "one position gone");
    }

    function test_NobodySurvivesTwiceOrDiesAfterSurviving() public {
        _jackIn(alice, 100e18, DARKNET);
        _jackIn(bob, 100e18, DARKNET);
        _openScan(DARKNET);
        _spare(DARKNET, alice);
        _spare(DARKNET, alice);
        _kill(DARKNET, alice);
        vm.assertEq(core.position(alice).ghostStreak, 1, "streak");
    }

    function test_AScanReachesNeitherOtherLevelsNorLatecomers() public {
        _jackIn(alice, 100e18, DARKNET);
        _jackIn(bob, 100e18, SUBNET);
        _openScan(DARKNET);
        _kill(DARKNET, bob);
        vm.assertEq(_amount(bob), 100e18, "other level");
        vm.assertEq(core.levels()[3].scanOpenUntil, block.timestamp + 600, "still open");
        _spare(DARKNET, alice);
        _jackIn(carol, 100e18, DARKNET);
        vm.expectRevert(abi.encodeWithSelector(IGhostCore.ScanNotOpen.selector, DARKNET));
        _kill(DARKNET, carol);
    }

    function test_TheDeadKeepWhatTheyHadEarned() public {
        _jackIn(alice, 100e18, DARKNET);
        _jackIn(bob, 100e18, DARKNET);
        _openScan(DARKNET);
        _spare(DARKNET, alice);
        _kill(DARKNET, bob);
        _openScan(DARKNET);
        _kill(DARKNET, alice);
        vm.expectEmit(address(core));
        emit IGhostCore.RewardsClaimed(alice, 30e18);
        vm.prank(alice);
        core.claimRewards();
    }

    function test_ExtractPaysRewards() public {
        _jackIn(alice, 100e18, DARKNET);
        _jackIn(bob, 100e18, DARKNET);
        _openScan(DARKNET);
        _spare(DARKNET, alice);
        _kill(DARKNET, bob);
        vm.expectEmit(address(core));
        emit IGhostCore.Extracted(alice, 100e18, 30e18);
        _extract(alice);
        vm.assertEq(core.rewardsOutstanding(), 0, "nothing owed");
        vm.assertEq(token.balanceOf(address(core)), 0, "nothing held");
    }

    function test_AnEmptyScanClosesAtOnce() public {
        _openScan(DARKNET);
        vm.assertEq(core.levels()[3].scanOpenUntil, 0, "closed");
        vm.assertEq(core.levels()[3].scans, 1, "counted");
    }

    /// What goes out and what is owed add up to what died, whatever the numbers.
    function testFuzz_LosesNoWei(uint256 dead, uint256 survivor, uint256 vault, uint256 subnet)
        public
    {
        dead = bounded(dead, 15e18, 900_000e18);
        survivor = bounded(survivor, 15e18, 900_000e18);
        vault = bounded(vault, 100e18, 900_000e18);
        subnet = bounded(subnet, 30e18, 900_000e18);
        _jackIn(alice, dead, DARKNET);
        _jackIn(bob, survivor, DARKNET);
        _jackIn(carol, vault, VAULT);
        _jackIn(dave, subnet, SUBNET);
        _openScan(DARKNET);
        _spare(DARKNET, bob);
        _kill(DARKNET, alice);
        uint256 out = token.balanceOf(DEAD) + token.balanceOf(treasury);
        vm.assertEq(out + core.rewardsOutstanding(), dead, "every wei has an owner");
        uint256 pending =
            core.pendingRewards(bob) + core.pendingRewards(carol) + core.pendingRewards(dave);
        vm.assertLe(pending, core.rewardsOutstanding(), "never more than there is");
        // what 1e18ths of a wei a share cannot tell apart waits for the next cascade
        uint256 carried = (survivor + vault + subnet) / 1e18 + 3;
        vm.assertApproxEqAbs(pending, core.rewardsOutstanding(), carried, "all but the remainder");
    }
}
