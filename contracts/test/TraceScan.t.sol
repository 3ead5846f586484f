// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";
import {IGhostCore} from "../src/IGhostCore.sol";
import {TraceScan} from "../src/TraceScan.sol";
import {
    BLACK_ICE,
    DARKNET,
    GhostFixture,
    MAINFRAME,
    SUBNET,
    VAULT
} from "./support/GhostFixture.sol";
import {bounded, vm} from "./support/Vm.sol";

contract TraceScanTest is GhostFixture {
    function test_AnyoneExecutesADueScan() public {
        _jackIn(alice, 100e18, DARKNET);
        _dueAt(DARKNET);
        vm.prevrandao(keccak256("beacon"));
        bytes32 seed = keccak256(abi.encode(keccak256("beacon"), DARKNET, 1, block.number));
        vm.expectEmit(address(scanner));
        emit TraceScan.ScanExecuted(DARKNET, 1, seed, 4000, 12_000);
        vm.prank(dave);
        scanner.executeScan(DARKNET);
        vm.assertTrue(scanner.lastScan(DARKNET).seed == seed, "kept");
        vm.assertEq(core.nextScanAt(DARKNET), START + 4 hours, "next");
    }

    function test_RefusesAScanBeforeItsTimeAndTwice() public {
        _jackIn(alice, 100e18, DARKNET);
        uint256 due = core.nextScanAt(DARKNET);
        vm.warp(due - 1);
        vm.expectRevert(abi.encodeWithSelector(IGhostCore.ScanNotDue.selector, DARKNET, due));
        scanner.executeScan(DARKNET);
        vm.warp(due);
        scanner.executeScan(DARKNET);
        vm.expectPartialRevert(IGhostCore.ScanNotDue.selector);
        scanner.executeScan(DARKNET);
    }

    function test_MissedScansAreNotMadeUpFor() public {
        _jackIn(alice, 100e18, DARKNET);
        vm.warp(START + 7 hours);
        scanner.executeScan(DARKNET);
        vm.assertEq(core.nextScanAt(DARKNET), START + 8 hours, "the next of the schedule");
    }

    function test_RefusesWrongOutcomes() public {
        address[] memory players = _crowd(DARKNET, 40);
        _execute(DARKNET);
        TraceScan.Outcome[] memory outcomes = scanner.outcomes(DARKNET, players);
        for (uint256 i = 0; i < players.length; i++) {
            if (outcomes[i] == TraceScan.Outcome.Dies) {
                vm.expectRevert(abi.encodeWithSelector(TraceScan.Traced.selector, players[i]));
                scanner.submitSurvivors(DARKNET, _list(players[i]));
            } else {
                vm.expectRevert(abi.encodeWithSelector(TraceScan.NotTraced.selector, players[i]));
                scanner.submitDeaths(DARKNET, _list(players[i]));
            }
        }
    }

    function test_AScanIsCarriedThroughInBatchesThatOverlap() public {
        address[] memory players = _crowd(SUBNET, 60);
        _execute(SUBNET);
        (address[] memory dead, address[] memory living) = _split(SUBNET, players);
        vm.assertGe(dead.length, 3, "some die at 18 %");
        vm.assertGe(living.length, 30, "most live");
        scanner.submitDeaths(SUBNET, dead);
        scanner.submitDeaths(SUBNET, dead);
        vm.assertEq(core.levels()[2].positions, 60 - dead.length, "once");
        scanner.submitSurvivors(SUBNET, living);
        IGhostCore.LevelView memory level = core.levels()[2];
        vm.assertEq(level.scanOpenUntil, 0, "closed with the last outcome");
        vm.assertEq(core.position(living[0]).ghostStreak, 1, "streak");
    }

    function test_OutcomesAreRefusedOutsideAScan() public {
        _jackIn(alice, 100e18, DARKNET);
        vm.expectRevert(abi.encodeWithSelector(TraceScan.NoScan.selector, DARKNET));
        scanner.submitDeaths(DARKNET, _list(alice));
        _execute(DARKNET);
        vm.warp(core.levels()[3].scanOpenUntil);
        vm.expectRevert(abi.encodeWithSelector(IGhostCore.ScanNotOpen.selector, DARKNET));
        scanner.submitDeaths(DARKNET, _list(alice));
    }

    function test_BlackIceInASmallNetworkIsCertainDeath() public {
        address[] memory players = _crowd(BLACK_ICE, 20);
        _execute(BLACK_ICE);
        scanner.submitDeaths(BLACK_ICE, players);
        vm.assertEq(core.levels()[4].positions, 0, "nobody is left");
    }

    function test_ABoostCountsIfItHoldsWhenTheScanIsExecuted() public {
        _jackIn(alice, 100e18, DARKNET);
        uint64 due = uint64(core.nextScanAt(DARKNET));
        _boost(alice, 0, 2500, due + 1, "holds");
        vm.assertEq(scanner.effectiveRateBps(DARKNET, alice), 3600, "4800 less a quarter");
        vm.warp(due + 1);
        vm.assertEq(scanner.effectiveRateBps(DARKNET, alice), 4800, "expired");
    }

    function test_TheModifierFallsWithValueLocked() public {
        vm.assertEq(scanner.networkModifierBps(), 12_000, "small");
        _jackIn(alice, 250_000e18, VAULT);
        vm.assertEq(scanner.networkModifierBps(), 10_000, "medium");
        _jackIn(alice, 750_000e18, VAULT);
        vm.assertEq(scanner.networkModifierBps(), 9000, "large");
        token.transfer(bob, 4_000_000e18);
        _jackIn(bob, 4_000_000e18, VAULT);
        vm.assertEq(scanner.networkModifierBps(), 8500, "huge");
    }

    function test_RefusesThresholdsThatDoNotRise() public {
        TraceScan code = new TraceScan();
        vm.expectRevert(abi.encodeWithSelector(TraceScan.ThresholdsNotRising.selector));
        new ERC1967Proxy(
            address(code), abi.encodeCall(TraceScan.initialize, (core, admin, [uint256(1), 1, 2]))
        );
    }

    function testFuzz_RateIsTheProductWithinBounds(uint16 base, uint8 size, uint16 boost)
        public
        view
    {
        base = uint16(bounded(base, 0, 10_000));
        boost = uint16(bounded(boost, 0, 3500));
        uint16[4] memory modifiers = [uint16(12_000), 10_000, 9000, 8500];
        uint16 modifierBps = modifiers[size % 4];
        uint256 rate = scanner.combinedRateBps(base, modifierBps, boost);
        uint256 exact = (uint256(base) * modifierBps * (10_000 - boost)) / 1e8;
        vm.assertEq(rate, exact > 10_000 ? 10_000 : exact, "formula");
    }

    function testFuzz_DeathIsMonotonousInTheRate(bytes32 seed, address user, uint16 rate)
        public
        view
    {
        rate = uint16(bounded(rate, 0, 9999));
        vm.assertTrue(!scanner.isDead(seed, user, 0), "never at 0");
        vm.assertTrue(scanner.isDead(seed, user, 10_000), "always at 100 %");
        if (scanner.isDead(seed, user, rate)) {
            vm.assertTrue(scanner.isDead(seed, user, rate + 1), "a higher rate kills no fewer");
        }
    }

    function test_DeathComesAsOftenAsTheRateSays() public view {
        uint256 dead = 0;
        for (uint160 i = 1; i <= 5000; i++) {
            if (scanner.isDead(keccak256("seed"), address(i), 4000)) dead++;
        }
        vm.assertApproxEqAbs(dead, 2000, 140, "within four standard deviations");
    }

    function _crowd(uint8 level, uint256 count) private returns (address[] memory players) {
        players = new address[](count);
        for (uint256 i = 0; i < count; i++) {
            players[i] = address(uint160(0xF00D00 + i));
            _fund(players[i]);
            _jackIn(players[i], 100e18, level);
        }
    }

    function _split(uint8 level, address[] memory players)
        private
        view
        returns (address[] memory dead, address[] memory living)
    {
        TraceScan.Outcome[] memory outcomes = scanner.outcomes(level, players);
        dead = new address[](players.length);
        living = new address[](players.length);
        uint256 deaths = 0;
        for (uint256 i = 0; i < players.length; i++) {
            if (outcomes[i] == TraceScan.Outcome.Dies) dead[deaths++] = players[i];
            else living[i - deaths] = players[i];
        }
        uint256 survivors = players.length - deaths;
        assembly ("memory-safe") {
            mstore(dead, deaths)
            mstore(living, survivors)
        }
    }

    function _execute(uint8 level) private {
        _dueAt(level);
        vm.prevrandao(keccak256("beacon"));
        scanner.executeScan(level);
    }

    function _dueAt(uint8 level) private {
        vm.warp(core.nextScanAt(level));
        vm.roll(block.number + 1);
    }
}
