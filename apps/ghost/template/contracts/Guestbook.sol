// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// A book that anyone may sign, and whose entries their authors may take back.
contract Guestbook {
    event Signed(uint256 indexed id, address indexed author, string message);
    event Erased(uint256 indexed id);

    error EmptyMessage();
    error NotYours(uint256 id);

    uint256 public count;
    mapping(uint256 id => address) public authorOf;

    function sign(string calldata message) external returns (uint256 id) {
        if (bytes(message).length == 0) revert EmptyMessage();
        id = ++count;
        authorOf[id] = msg.sender;
        emit Signed(id, msg.sender, message);
    }

    function erase(uint256 id) external {
        if (authorOf[id] != msg.sender) revert NotYours(id);
        delete authorOf[id];
        emit Erased(id);
    }
}
