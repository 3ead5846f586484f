// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {TraceScan} from "../src/TraceScan.sol";
import {BLACK_ICE, DARKNET, GhostFixture, VAULT} from "./support/GhostFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev Upper bounds with room above what was measured: a change that doubles a cost shows here.
contract GasSanityTest is GhostFixture {
    function test_JackIn() public {
        _jackIn(bob, 100e18, VAULT);
        vm.prank(alice);
        uint256 before = gasleft();
        core.jackIn(100e18, VAULT);
        vm.assertLe(before - gasleft(), 220_000, "jack in");
    }

    function test_Extract() public {
        _jackIn(alice, 100e18, VAULT);
        vm.roll(block.number + 1);
        vm.prank(alice);
        uint256 before = gasleft();
        core.extract();
        vm.assertLe(before - gasleft(), 100_000, "extract");
    }

    function test_AHundredDeathsFitABlock() public {
        address[] memory players = new address[](100);
        for (uint256 i = 0; i < 100; i++) {
            players[i] = address(uint160(0xF00D00 + i));
            token.transfer(players[i], 100e18);
            vm.prank(players[i]);
            token.approve(address(core), 100e18);
            _jackIn(players[i], 100e18, BLACK_ICE);
        }
        vm.warp(core.nextScanAt(BLACK_ICE));
        scanner.executeScan(BLACK_ICE);
        uint256 before = gasleft();
        scanner.submitDeaths(BLACK_ICE, players);
        vm.assertLe(before - gasleft(), 4_000_000, "40,000 a death");
    }

    function test_AYearOfMissedResetsIsAffordable() public {
        _jackIn(alice, 1000e18, DARKNET);
        for (uint256 i = 0; i < 365; i++) {
            vm.warp(core.deadline());
            core.triggerSystemReset();
        }
        uint256 before = gasleft();
        core.settle(alice, type(uint256).max);
        vm.assertLe(before - gasleft(), 2_000_000, "5,500 a reset");
    }
}
