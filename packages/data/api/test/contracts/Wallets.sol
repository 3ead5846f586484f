// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// Whatever its owner's key signed is its signature.
contract OwnerWallet {
    address immutable owner;

    constructor(address owner_) {
        owner = owner_;
    }

    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        if (signature.length != 65) return 0xffffffff;
        bytes32 r = bytes32(signature[0:32]);
        bytes32 s = bytes32(signature[32:64]);
        return ecrecover(hash, uint8(signature[64]), r, s) == owner ? this.isValidSignature.selector : bytes4(0xffffffff);
    }
}

/// Wallets that misbehave, by the first byte of the signature.
contract RogueWallet {
    uint256 written;

    function isValidSignature(bytes32, bytes calldata signature) external returns (bytes4) {
        uint8 kind = uint8(signature[0]);
        if (kind == 0) revert("no");
        if (kind == 1) for (;;) written += 1;
        if (kind == 2) return 0x20c13b0b;
        if (kind == 3) {
            assembly {
                mstore(0, 1)
                return(0, 32)
            }
        }
        if (kind == 4) {
            assembly {
                mstore(0, 0x1626ba7e00000000000000000000000000000000000000000000000000000000)
                return(0, 4)
            }
        }
        if (kind == 5) {
            assembly {
                return(0, 1000000)
            }
        }
        if (kind == 6) {
            assembly {
                mstore(0, 0x1626ba7e00000000000000000000000000000000000000000000000000000001)
                return(0, 32)
            }
        }
        return 0x1626ba7e;
    }
}
