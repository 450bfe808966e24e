// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {SampleToken} from "../SampleToken.sol";

/// @title For tests: the sample token, of which a twentieth of every transfer goes to its deployer.
contract FeeToken is SampleToken {
    constructor(string memory tokenName, string memory tokenSymbol, uint8 tokenDecimals, address tokenOwner)
        SampleToken(tokenName, tokenSymbol, tokenDecimals, tokenOwner)
    {}

    function _update(address from, address to, uint256 value) internal override {
        uint256 fee = from == address(0) || to == address(0) ? 0 : value / 20;
        if (fee > 0) super._update(from, owner(), fee);
        super._update(from, to, value - fee);
    }
}
