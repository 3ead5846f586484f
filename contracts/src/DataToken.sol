// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Ownable, Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title GHOSTNET Data
/// @notice ERC-20 of fixed supply whose transfers are taxed by 10 %: 9 % are burned, 1 % go to the treasury.
/// A transfer is free of tax when either side is exempt, as the game's contracts are.
contract DataToken is ERC20, Ownable2Step {
    uint256 public constant SUPPLY = 100_000_000e18;
    uint256 public constant TAX_BPS = 1000;
    /// @notice Share of the tax that is burned; the rest is the treasury's.
    uint256 public constant BURNED_TAX_BPS = 9000;
    /// @notice Where tokens go to be out of reach. They stay in `totalSupply`.
    address public constant DEAD = 0x000000000000000000000000000000000000dEaD;

    address public treasury;
    mapping(address account => bool) public isTaxExempt;

    event TaxExemptionChanged(address indexed account, bool exempt);
    event TreasuryChanged(address indexed oldTreasury, address indexed newTreasury);

    error TreasuryZero();

    /// @param owner_ gets the whole supply and the right to exempt accounts; exempt itself
    /// @param treasury_ receives 1 % of taxed transfers; exempt itself
    constructor(address owner_, address treasury_) ERC20("GHOSTNET Data", "DATA") Ownable(owner_) {
        _setTreasury(treasury_);
        _setTaxExempt(owner_, true);
        _setTaxExempt(DEAD, true);
        _mint(owner_, SUPPLY);
    }

    /// @notice Frees `account`'s transfers, in and out, from the tax, or ends that.
    function setTaxExempt(address account, bool exempt) external onlyOwner {
        _setTaxExempt(account, exempt);
    }

    /// @notice Moves the treasury. The old one keeps its exemption until that is taken away.
    function setTreasury(address newTreasury) external onlyOwner {
        _setTreasury(newTreasury);
    }

    /// @notice What a taxed transfer of `value` costs: both parts are taken from what the receiver gets.
    function taxOf(uint256 value) public pure returns (uint256 burned, uint256 toTreasury) {
        uint256 tax = (value * TAX_BPS) / 10_000;
        burned = (tax * BURNED_TAX_BPS) / 10_000;
        toTreasury = tax - burned;
    }

    function _update(address from, address to, uint256 value) internal override {
        bool minted = from == address(0);
        if (minted || isTaxExempt[from] || isTaxExempt[to]) {
            super._update(from, to, value);
            return;
        }
        (uint256 burned, uint256 toTreasury) = taxOf(value);
        super._update(from, DEAD, burned);
        super._update(from, treasury, toTreasury);
        super._update(from, to, value - burned - toTreasury);
    }

    function _setTaxExempt(address account, bool exempt) private {
        isTaxExempt[account] = exempt;
        emit TaxExemptionChanged(account, exempt);
    }

    function _setTreasury(address newTreasury) private {
        if (newTreasury == address(0)) revert TreasuryZero();
        emit TreasuryChanged(treasury, newTreasury);
        treasury = newTreasury;
        _setTaxExempt(newTreasury, true);
    }
}
