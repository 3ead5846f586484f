// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

/// What an indexer sees of an ERC-20 token, as fast as a chain can give it.
contract Transfers {
    event Transfer(address indexed from, address indexed to, uint256 value);

    function emitMany(uint256 first, uint256 count, uint256 accounts) external {
        for (uint256 i = first; i < first + count; i++) {
            emit Transfer(account(i * 7 % accounts), account((i * 13 + 5) % accounts), i + 1);
        }
    }

    function account(uint256 index) private pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encode(index)))));
    }
}
