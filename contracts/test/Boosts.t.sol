// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IGhostCore} from "../src/IGhostCore.sol";
import {DARKNET, GhostFixture, VAULT} from "./support/GhostFixture.sol";
import {vm} from "./support/Vm.sol";

contract BoostsTest is GhostFixture {
    uint8 private constant DEATH = 0;
    uint8 private constant YIELD = 1;
    bytes32 private constant NONCE = keccak256("nonce");

    function setUp() public override {
        super.setUp();
        _jackIn(alice, 100e18, DARKNET);
    }

    function test_AppliesWhatTheSignerGranted() public {
        uint64 expiry = uint64(START + 1 hours);
        bytes memory signature = _signBoost(alice, DEATH, 1500, expiry, NONCE);
        vm.expectEmit(address(core));
        emit IGhostCore.BoostApplied(alice, DEATH, 1500, expiry);
        vm.prank(alice);
        core.applyBoost(DEATH, 1500, expiry, NONCE, signature);
        vm.assertEq(core.position(alice).deathBoostBps, 1500, "boosted");
        vm.warp(expiry);
        vm.assertEq(core.position(alice).deathBoostBps, 0, "expired");
    }

    function test_RefusesANonceTwice() public {
        _boost(alice, DEATH, 500, uint64(START + 1 hours), NONCE);
        bytes memory other = _signBoost(alice, DEATH, 2500, uint64(START + 2 hours), NONCE);
        vm.expectRevert(abi.encodeWithSelector(IGhostCore.BoostNonceUsed.selector, NONCE));
        vm.prank(alice);
        core.applyBoost(DEATH, 2500, uint64(START + 2 hours), NONCE, other);
    }

    function test_RefusesAnotherUsersBoost() public {
        _jackIn(bob, 100e18, DARKNET);
        bytes memory signature = _signBoost(alice, DEATH, 500, uint64(START + 1 hours), NONCE);
        _expectInvalid();
        vm.prank(bob);
        core.applyBoost(DEATH, 500, uint64(START + 1 hours), NONCE, signature);
    }

    function test_RefusesABoostOfAnotherChain() public {
        uint256 here = block.chainid;
        vm.chainId(here + 1);
        bytes memory signature = _signBoost(alice, DEATH, 500, uint64(START + 1 hours), NONCE);
        vm.chainId(here);
        _expectInvalid();
        vm.prank(alice);
        core.applyBoost(DEATH, 500, uint64(START + 1 hours), NONCE, signature);
    }

    function test_RefusesChangedValuesAndBrokenSignatures() public {
        uint64 expiry = uint64(START + 1 hours);
        bytes memory signature = _signBoost(alice, DEATH, 500, expiry, NONCE);
        _expectInvalid();
        vm.prank(alice);
        core.applyBoost(DEATH, 3500, expiry, NONCE, signature);
        _expectInvalid();
        vm.prank(alice);
        core.applyBoost(DEATH, 500, expiry, NONCE, hex"1234");
        _expectInvalid();
        vm.prank(alice);
        core.applyBoost(DEATH, 500, expiry, NONCE, new bytes(65));
    }

    /// The curve's other solution for the same message must not pass as a second signature.
    function test_RefusesAMalleatedSignature() public {
        uint64 expiry = uint64(START + 1 hours);
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(SIGNER_KEY, _boostDigest(alice, DEATH, 500, expiry, NONCE));
        uint256 n = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
        bytes memory twin = abi.encodePacked(r, bytes32(n - uint256(s)), v == 27 ? 28 : 27);
        _expectInvalid();
        vm.prank(alice);
        core.applyBoost(DEATH, 500, expiry, NONCE, twin);
    }

    function test_RefusesExpiredUnknownAndHomelessBoosts() public {
        bytes memory signature = _signBoost(alice, DEATH, 500, uint64(START), NONCE);
        vm.expectRevert(abi.encodeWithSelector(IGhostCore.BoostExpired.selector, START));
        vm.prank(alice);
        core.applyBoost(DEATH, 500, uint64(START), NONCE, signature);

        signature = _signBoost(alice, 2, 500, uint64(START + 1), NONCE);
        vm.expectRevert(abi.encodeWithSelector(IGhostCore.BoostTypeUnknown.selector, 2));
        vm.prank(alice);
        core.applyBoost(2, 500, uint64(START + 1), NONCE, signature);

        signature = _signBoost(bob, DEATH, 500, uint64(START + 1), NONCE);
        vm.expectRevert(abi.encodeWithSelector(IGhostCore.NoPosition.selector, bob));
        vm.prank(bob);
        core.applyBoost(DEATH, 500, uint64(START + 1), NONCE, signature);
        vm.assertTrue(!core.boostNonceUsed(NONCE), "the nonce is still good");
    }

    function test_RefusesABoostWhileTheSeedIsKnown() public {
        _openScan(DARKNET);
        uint64 expiry = uint64(block.timestamp + 1 hours);
        bytes memory signature = _signBoost(alice, DEATH, 500, expiry, NONCE);
        vm.expectRevert(abi.encodeWithSelector(IGhostCore.ScanPending.selector, DARKNET));
        vm.prank(alice);
        core.applyBoost(DEATH, 500, expiry, NONCE, signature);
    }

    function test_NoSignerMeansNoBoost() public {
        vm.expectEmit(address(core));
        emit IGhostCore.BoostSignerUpdated(vm.addr(SIGNER_KEY), address(0));
        vm.prank(admin);
        core.setBoostSigner(address(0));
        bytes memory signature = _signBoost(alice, DEATH, 500, uint64(START + 1), NONCE);
        _expectInvalid();
        vm.prank(alice);
        core.applyBoost(DEATH, 500, uint64(START + 1), NONCE, signature);
    }

    function test_BoostsOfOneTypeAddUpToThirtyFivePercent() public {
        _boost(alice, DEATH, 2500, uint64(START + 1 hours), "a");
        _boost(alice, DEATH, 900, uint64(START + 1 hours), "b");
        vm.assertEq(core.position(alice).deathBoostBps, 3400, "sum");
        _boost(alice, DEATH, 2500, uint64(START + 1 hours), "c");
        vm.assertEq(core.position(alice).deathBoostBps, 3500, "cap");
        vm.assertEq(core.position(alice).yieldBoostBps, 0, "other type");
    }

    function test_KeepsABoundedNumberAndReusesExpiredPlaces() public {
        for (uint256 i = 0; i < 16; i++) {
            _boost(alice, DEATH, 1, uint64(START + 1 hours), bytes32(i));
        }
        bytes memory signature = _signBoost(alice, DEATH, 1, uint64(START + 2 hours), "more");
        vm.expectRevert(abi.encodeWithSelector(IGhostCore.TooManyBoosts.selector, 16));
        vm.prank(alice);
        core.applyBoost(DEATH, 1, uint64(START + 2 hours), "more", signature);
        vm.warp(START + 1 hours);
        vm.prank(alice);
        core.applyBoost(DEATH, 1, uint64(START + 2 hours), "more", signature);
        vm.assertEq(core.position(alice).deathBoostBps, 1, "only the new one");
    }

    function test_BoostsEndWithThePosition() public {
        _boost(alice, DEATH, 500, uint64(START + 9 hours), NONCE);
        _extract(alice);
        _jackIn(alice, 100e18, DARKNET);
        vm.assertEq(core.position(alice).deathBoostBps, 0, "gone");
    }

    function test_AYieldBoostTakesALargerShareUntilItExpires() public {
        _jackIn(bob, 100e18, VAULT);
        _jackIn(carol, 100e18, VAULT);
        _boost(bob, YIELD, 3500, uint64(START + 3 hours), NONCE);
        _openScan(DARKNET);
        _kill(DARKNET, alice);
        // 30 upstream, shared 135 : 100
        vm.assertApproxEqAbs(core.pendingRewards(bob), (uint256(30e18) * 135) / 235, 135, "bob");
        vm.assertApproxEqAbs(core.pendingRewards(carol), (uint256(30e18) * 100) / 235, 100, "carol");
        _jackIn(dave, 100e18, DARKNET);
        vm.warp(START + 3 hours);
        core.settle(bob, 0);
        _openScan(DARKNET);
        _kill(DARKNET, dave);
        vm.assertApproxEqAbs(
            core.pendingRewards(bob), (uint256(30e18) * 135) / 235 + 15e18, 235, "equal again"
        );
    }

    function _expectInvalid() private {
        vm.expectRevert(abi.encodeWithSelector(IGhostCore.BoostSignatureInvalid.selector));
    }
}
