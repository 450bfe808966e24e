// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title For tests: a token that delivers a share of what it is told to move, burns what is left of it, and answers
/// what it was made to answer.
contract HostileToken is ERC20 {
    uint256 private immutable _percent;
    bytes private _answer;

    constructor(address holder, uint256 percent, bytes memory answer) ERC20("Hostile", "HOS") {
        _percent = percent;
        _answer = answer;
        _mint(holder, 1e24);
    }

    function transferFrom(address from, address to, uint256 value) public override returns (bool) {
        _spendAllowance(from, _msgSender(), value);
        uint256 delivered = (value * _percent) / 100;
        _transfer(from, to, delivered);
        if (delivered < value) _burn(from, value - delivered);
        bytes memory answer = _answer;
        assembly ("memory-safe") {
            return(add(answer, 0x20), mload(answer))
        }
    }
}
