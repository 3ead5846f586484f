// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {GhostCore} from "../src/GhostCore.sol";
import {IGhostCore} from "../src/IGhostCore.sol";
import {TraceScan} from "../src/TraceScan.sol";
import {DARKNET, GhostFixture, VAULT} from "./support/GhostFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev Roles, pause and emergency, upgrades, surplus.
contract AdministrationTest is GhostFixture {
    function test_OnlyTheScannerScans() public {
        _jackIn(alice, 100e18, DARKNET);
        vm.warp(core.nextScanAt(DARKNET));
        bytes32 role = core.SCANNER_ROLE();
        _expectMissing(role);
        core.openScan(DARKNET);
        _openScan(DARKNET);
        _expectMissing(role);
        core.processDeaths(DARKNET, _list(alice));
        _expectMissing(role);
        core.incrementGhostStreak(DARKNET, _list(alice));
    }

    function test_OnlyTheAdminAdministers() public {
        _expectMissing(0);
        core.pause();
        _expectMissing(0);
        core.unpause();
        _expectMissing(0);
        core.setBoostSigner(alice);
        _expectMissing(0);
        core.setTreasury(alice);
        GhostCore code = new GhostCore();
        _expectMissing(0);
        core.upgradeToAndCall(address(code), "");
        TraceScan scanCode = new TraceScan();
        _expectMissing(0);
        scanner.upgradeToAndCall(address(scanCode), "");
    }

    function test_InitializesOnceAndNeverTheImplementation() public {
        IGhostCore.CoreConfig memory config = _config(address(scanner));
        bytes memory refused = abi.encodeWithSelector(Initializable.InvalidInitialization.selector);
        vm.expectRevert(refused);
        core.initialize(config);
        GhostCore code = new GhostCore();
        vm.expectRevert(refused);
        code.initialize(config);
        vm.expectRevert(refused);
        scanner.initialize(core, alice, [uint256(1), 2, 3]);
    }

    function test_AnUpgradeKeepsTheGame() public {
        _jackIn(alice, 100e18, DARKNET);
        GhostCore code = new GhostCore();
        vm.prank(admin);
        core.upgradeToAndCall(address(code), "");
        vm.assertEq(_amount(alice), 100e18, "kept");
        _extract(alice);
    }

    function test_PauseStopsThePlayAndNothingElse() public {
        _jackIn(alice, 100e18, VAULT);
        vm.prank(admin);
        core.pause();
        bytes memory paused = abi.encodeWithSelector(Pausable.EnforcedPause.selector);
        vm.expectRevert(paused);
        _jackIn(bob, 100e18, VAULT);
        vm.roll(block.number + 1);
        vm.expectRevert(paused);
        vm.prank(alice);
        core.extract();
        vm.expectRevert(paused);
        vm.prank(alice);
        core.claimRewards();
        vm.expectRevert(paused);
        core.triggerSystemReset();
        vm.assertEq(_amount(alice), 100e18, "still seen");
    }

    function test_UnpauseGivesTheLostTimeBack() public {
        uint64 deadline = core.deadline();
        vm.warp(START + 1 hours);
        vm.prank(admin);
        core.pause();
        vm.warp(START + 100 hours);
        vm.prank(admin);
        core.unpause();
        vm.assertEq(core.deadline(), deadline + 99 hours, "put off");
    }

    function test_EmergencyWithdrawPaysPrincipalOnlyWhenPaused() public {
        _earnForAlice();
        vm.expectRevert(abi.encodeWithSelector(Pausable.ExpectedPause.selector));
        vm.prank(alice);
        core.emergencyWithdraw();
        vm.prank(admin);
        core.pause();
        vm.expectEmit(address(core));
        emit IGhostCore.EmergencyWithdrawn(alice, 100e18);
        vm.prank(alice);
        core.emergencyWithdraw();
        vm.assertEq(token.balanceOf(alice), 1_000_000e18, "principal");
        vm.assertEq(core.pendingRewards(alice), 0, "rewards forfeited");
        vm.expectRevert(abi.encodeWithSelector(IGhostCore.NoPosition.selector, alice));
        vm.prank(alice);
        core.emergencyWithdraw();
    }

    function test_EmergencyWithdrawLeavesAnOpenScanCloseable() public {
        _jackIn(alice, 100e18, DARKNET);
        _jackIn(bob, 100e18, DARKNET);
        _openScan(DARKNET);
        _kill(DARKNET, bob);
        vm.prank(admin);
        core.pause();
        vm.prank(alice);
        core.emergencyWithdraw();
        vm.prank(admin);
        core.unpause();
        core.closeScan(DARKNET);
        vm.assertEq(token.balanceOf(address(core)), 0, "nothing held");
    }

    function test_SweepSurplusTakesOnlyWhatIsNobodys() public {
        _earnForAlice();
        vm.prank(carol);
        token.transfer(address(core), 7e18);
        uint256 before = token.balanceOf(treasury);
        core.sweepSurplus();
        vm.assertEq(token.balanceOf(treasury) - before, 7e18, "the donation");
        vm.prank(admin);
        core.pause();
        vm.prank(alice);
        core.emergencyWithdraw();
        vm.prank(admin);
        core.unpause();
        core.sweepSurplus();
        vm.assertEq(token.balanceOf(treasury) - before, 37e18, "and the forfeited rewards");
        vm.assertEq(token.balanceOf(address(core)), 0, "nothing held");
    }

    function test_SetTreasuryMovesTheIncome() public {
        vm.expectRevert(abi.encodeWithSelector(IGhostCore.AddressZero.selector));
        vm.prank(admin);
        core.setTreasury(address(0));
        vm.prank(admin);
        core.setTreasury(dave);
        uint256 before = token.balanceOf(dave);
        _earnForAlice();
        vm.assertEq(token.balanceOf(dave) - before, 10e18, "a tenth of the dead");
    }

    /// @dev Bob's death in DARKNET earns alice 30 DATA.
    function _earnForAlice() private {
        _jackIn(alice, 100e18, DARKNET);
        _jackIn(bob, 100e18, DARKNET);
        _openScan(DARKNET);
        _spare(DARKNET, alice);
        _kill(DARKNET, bob);
    }

    function _expectMissing(bytes32 role) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                IAccessControl.AccessControlUnauthorizedAccount.selector, address(this), role
            )
        );
    }
}
