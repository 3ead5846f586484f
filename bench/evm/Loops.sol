// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

contract Token is ERC20 {
    constructor() ERC20("Bench", "BENCH") {}
}

/// Each function is one workload: `count` rounds of the same few operations.
contract Loops {
    mapping(uint256 => uint256) private slots;

    function arithmetic(uint256 count) external pure returns (uint256 x) {
        unchecked {
            x = 0x9e3779b97f4a7c15f39cc0605cedc8341082276bf3a27251f86c6a11d0c18e95;
            for (uint256 i = 1; i <= count; i++) x = x * 0xd1342543de82ef95 + (x ^ i) - x / i;
        }
    }

    function hashing(uint256 count) external pure returns (bytes32 x) {
        for (uint256 i = 0; i < count; i++) x = keccak256(abi.encode(x, i));
    }

    function storing(uint256 count) external returns (uint256 x) {
        for (uint256 i = 0; i < count; i++) x = slots[i % 16] += i;
    }

    function transfers(Token token, uint256 count) external returns (uint256) {
        for (uint160 i = 0; i < count; i++) token.transfer(address(0x1000 + (i % 16)), 1);
        return token.balanceOf(address(this));
    }
}
