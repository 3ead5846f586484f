// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {DataToken} from "../src/DataToken.sol";
import {DEAD, GhostFixture} from "./support/GhostFixture.sol";
import {bounded, vm} from "./support/Vm.sol";

contract DataTokenTest is GhostFixture {
    function test_IsGhostnetDataOfFixedSupply() public view {
        assert(keccak256(bytes(token.name())) == keccak256("GHOSTNET Data"));
        assert(keccak256(bytes(token.symbol())) == keccak256("DATA"));
        assert(token.decimals() == 18);
        vm.assertEq(token.totalSupply(), 100_000_000e18, "supply");
    }

    function test_TaxesATransferByATenth() public {
        vm.prank(alice);
        token.transfer(address(1), 1000e18);
        vm.assertEq(token.balanceOf(address(1)), 900e18, "received");
        vm.assertEq(token.balanceOf(DEAD), 90e18, "burned");
        vm.assertEq(token.balanceOf(treasury), 10e18, "treasury");
    }

    function test_DoesNotTaxAnExemptSide() public {
        token.setTaxExempt(alice, true);
        vm.prank(alice);
        token.transfer(bob, 1000e18);
        vm.assertEq(token.balanceOf(bob), 1_001_000e18, "from exempt");
        vm.prank(bob);
        token.transfer(alice, 1000e18);
        vm.assertEq(token.balanceOf(alice), 1_000_000e18, "to exempt");
        vm.assertEq(token.balanceOf(DEAD), 0, "burned");
    }

    function testFuzz_TaxLosesNoWei(uint256 value) public {
        value = bounded(value, 0, 1_000_000e18);
        uint256 before = token.balanceOf(bob);
        vm.prank(alice);
        token.transfer(bob, value);
        uint256 received = token.balanceOf(bob) - before;
        uint256 taxed = token.balanceOf(DEAD) + token.balanceOf(treasury);
        vm.assertEq(received + taxed, value, "conserved");
        vm.assertEq(taxed, value / 10, "a tenth, rounded down");
        vm.assertEq(token.balanceOf(DEAD), (value / 10) * 9 / 10, "nine tenths of it burned");
    }

    function test_OnlyTheOwnerExempts() public {
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, alice));
        vm.prank(alice);
        token.setTaxExempt(alice, true);
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, alice));
        vm.prank(alice);
        token.setTreasury(alice);
    }

    function test_RefusesTheZeroTreasury() public {
        vm.expectRevert(abi.encodeWithSelector(DataToken.TreasuryZero.selector));
        token.setTreasury(address(0));
    }
}
