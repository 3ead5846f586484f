// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";
import {DataToken} from "../../src/DataToken.sol";
import {GhostCore} from "../../src/GhostCore.sol";
import {IGhostCore} from "../../src/IGhostCore.sol";
import {TraceScan} from "../../src/TraceScan.sol";
import {vm} from "./Vm.sol";

uint8 constant VAULT = 1;
uint8 constant MAINFRAME = 2;
uint8 constant SUBNET = 3;
uint8 constant DARKNET = 4;
uint8 constant BLACK_ICE = 5;

address constant DEAD = 0x000000000000000000000000000000000000dEaD;

/// @dev The game as it goes to a public network, deployed anew for every test.
abstract contract GhostFixture {
    uint256 internal constant SIGNER_KEY = 0xB0057;
    uint256 internal constant START = 1_800_000_000;

    DataToken internal token;
    GhostCore internal core;
    TraceScan internal scanner;

    address internal admin = address(0xAD);
    address internal treasury = address(0x7EA);
    address internal alice = address(0xA11CE);
    address internal bob = address(0xB0B);
    address internal carol = address(0xCA401);
    address internal dave = address(0xDA7E);

    function setUp() public virtual {
        vm.warp(START);
        vm.roll(1000);
        token = new DataToken(address(this), treasury);
        GhostCore coreCode = new GhostCore();
        TraceScan scanCode = new TraceScan();
        // the two name each other: the core's proxy is next but one, the scanner's after it
        address scannerAddress = _futureAddress(1);
        core = GhostCore(
            address(
                new ERC1967Proxy(
                    address(coreCode),
                    abi.encodeCall(GhostCore.initialize, (_config(scannerAddress)))
                )
            )
        );
        scanner = TraceScan(
            address(
                new ERC1967Proxy(
                    address(scanCode),
                    abi.encodeCall(
                        TraceScan.initialize,
                        (IGhostCore(core), admin, [uint256(250_000e18), 1_000_000e18, 5_000_000e18])
                    )
                )
            )
        );
        assert(address(scanner) == scannerAddress);
        token.setTaxExempt(address(core), true);
        _fund(alice);
        _fund(bob);
        _fund(carol);
        _fund(dave);
    }

    function _config(address scannerAddress)
        internal
        view
        returns (IGhostCore.CoreConfig memory config)
    {
        config.token = address(token);
        config.treasury = treasury;
        config.admin = admin;
        config.scanner = scannerAddress;
        config.boostSigner = vm.addr(SIGNER_KEY);
        config.lockPeriod = 60;
        config.scanWindow = 10 minutes;
        config.resetPeriod = 24 hours;
        config.levels[0] = IGhostCore.LevelConfig(0, 0, 100e18);
        config.levels[1] = IGhostCore.LevelConfig(200, 24 hours, 50e18);
        config.levels[2] = IGhostCore.LevelConfig(1500, 8 hours, 30e18);
        config.levels[3] = IGhostCore.LevelConfig(4000, 2 hours, 15e18);
        config.levels[4] = IGhostCore.LevelConfig(9000, 30 minutes, 5e18);
    }

    function _fund(address user) internal {
        token.transfer(user, 1_000_000e18);
        vm.prank(user);
        token.approve(address(core), type(uint256).max);
    }

    function _jackIn(address user, uint256 amount, uint8 level) internal {
        vm.prank(user);
        core.jackIn(amount, level);
    }

    function _extract(address user) internal {
        vm.roll(block.number + 1);
        vm.prank(user);
        core.extract();
    }

    /// @dev Moves to the level's next scan and opens it as the scanner would.
    function _openScan(uint8 level) internal {
        uint256 due = core.nextScanAt(level);
        if (block.timestamp < due) vm.warp(due);
        vm.roll(block.number + 1);
        vm.prank(address(scanner));
        core.openScan(level);
    }

    function _kill(uint8 level, address user) internal {
        vm.prank(address(scanner));
        core.processDeaths(level, _list(user));
    }

    function _spare(uint8 level, address user) internal {
        vm.prank(address(scanner));
        core.incrementGhostStreak(level, _list(user));
    }

    function _amount(address user) internal view returns (uint256) {
        return core.position(user).amount;
    }

    function _list(address one) internal pure returns (address[] memory list) {
        list = new address[](1);
        list[0] = one;
    }

    function _list(address one, address two) internal pure returns (address[] memory list) {
        list = new address[](2);
        (list[0], list[1]) = (one, two);
    }

    function _boostDigest(
        address user,
        uint8 boostType,
        uint16 valueBps,
        uint64 expiry,
        bytes32 nonce
    ) internal view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                ),
                keccak256("GHOSTNET"),
                keccak256("1"),
                block.chainid,
                address(core)
            )
        );
        bytes32 boost =
            keccak256(abi.encode(core.BOOST_TYPEHASH(), user, boostType, valueBps, expiry, nonce));
        return keccak256(abi.encodePacked(hex"1901", domain, boost));
    }

    function _signBoost(
        address user,
        uint8 boostType,
        uint16 valueBps,
        uint64 expiry,
        bytes32 nonce
    ) internal view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(SIGNER_KEY, _boostDigest(user, boostType, valueBps, expiry, nonce));
        return abi.encodePacked(r, s, v);
    }

    function _boost(address user, uint8 boostType, uint16 valueBps, uint64 expiry, bytes32 nonce)
        internal
    {
        bytes memory signature = _signBoost(user, boostType, valueBps, expiry, nonce);
        vm.prank(user);
        core.applyBoost(boostType, valueBps, expiry, nonce, signature);
    }

    /// @dev The address of the contract that this one creates after `skipped` others.
    function _futureAddress(uint64 skipped) private view returns (address) {
        // nonces of a test contract start at 1; four creations came before
        uint64 nonce = 4 + skipped;
        return address(
            uint160(uint256(keccak256(abi.encodePacked(hex"d694", address(this), uint8(nonce)))))
        );
    }
}
