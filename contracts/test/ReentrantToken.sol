// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title For tests: a token that, while it is asked to move, calls whoever asked, with tokens of its own to pay with.
contract ReentrantToken is ERC20 {
    bytes private _nestedCall;
    bool private immutable _passesOn;
    bool private _entered;

    /// What the nested call was answered.
    bytes public answer;

    constructor(address holder, bytes memory nestedCall, bool passesOn) ERC20("Reentrant", "REE") {
        _nestedCall = nestedCall;
        _passesOn = passesOn;
        _mint(holder, 1e24);
        _mint(address(this), 1e24);
    }

    function transferFrom(address from, address to, uint256 value) public override returns (bool) {
        if (!_entered) _enter();
        return super.transferFrom(from, to, value);
    }

    function _enter() private {
        _entered = true;
        _approve(address(this), msg.sender, type(uint256).max);
        (bool done, bytes memory answered) = msg.sender.call(_nestedCall);
        require(done || !_passesOn, "The nested call failed");
        answer = answered;
    }
}
