// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {MNEEServiceRegistry} from "./MNEEServiceRegistry.sol";

/// @title Pays the provider of a registered service straight from the caller, and says for what.
/// @notice Holds no tokens, has no owner and keeps no state between calls. It does not deduplicate: whoever calls
/// twice pays twice. Needs a chain with EIP-1153 (transient storage).
contract MNEEPaymentRouter is ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @notice The token payments are made in.
    IERC20 public immutable token;

    /// @notice Where providers and prices are read from.
    MNEEServiceRegistry public immutable registry;

    /// @notice `payer` paid `amount` minor units of the token to `provider` for `quantity` units of a service.
    /// @param paymentId See `payForService`; the log's place in the chain is the only key of a payment.
    /// @param serviceId keccak256 of the service ID's UTF-8 bytes.
    /// @param agentId Who asked for the service, in the payer's words.
    /// @param taskId The payer's task; one a call, if the payer wants its payments told apart.
    /// @param amount Minor units of the token: unit price at this block × quantity.
    /// @param serviceCallHash What the payer says it hashes: the call that was paid for. Not checked here.
    /// @param timestamp The block's time, Unix seconds.
    event PaymentExecuted(
        bytes32 indexed paymentId,
        address indexed payer,
        address indexed provider,
        bytes32 serviceId,
        string agentId,
        string taskId,
        uint256 amount,
        uint256 quantity,
        bytes32 serviceCallHash,
        uint256 timestamp
    );

    /// @dev Neither can be changed later, so an address that cannot work stops the deployment: "Token has no code",
    /// "Registry has no code".
    constructor(IERC20 paymentToken, MNEEServiceRegistry serviceRegistry) {
        require(address(paymentToken).code.length > 0, "Token has no code");
        require(address(serviceRegistry).code.length > 0, "Registry has no code");
        token = paymentToken;
        registry = serviceRegistry;
    }

    /// @notice Moves unit price × quantity from the caller to the service's provider.
    /// @dev Reverts, and then nothing has moved, with "Service not found", "Service not active", "Amount must be > 0",
    /// "Transfer failed", `Panic(0x11)` where unit price × quantity exceeds 256 bits, and
    /// `ReentrancyGuardReentrantCall`, which the token of a nested call sees.
    ///
    /// The price is the registry's at this block. There is no maximum to pass, so a price that the owner raises
    /// between quote and block is paid: the allowance given to the router is the only limit.
    /// @param serviceId keccak256 of the service ID's UTF-8 bytes.
    /// @param agentId Who asked for the service.
    /// @param taskId The task it is paid for; any number of payments may name the same.
    /// @param quantity Units of the service.
    /// @param serviceCallHash SHA-256 of the call that is paid for.
    /// @return paymentId keccak256 of the packed service ID, agent ID, task ID, call hash, amount and block time. Not
    /// unique: the same call twice at one block time has it twice, and packing puts no border between the two texts.
    function payForService(
        bytes32 serviceId,
        string calldata agentId,
        string calldata taskId,
        uint256 quantity,
        bytes32 serviceCallHash
    ) external nonReentrant returns (bytes32 paymentId) {
        (address provider, uint256 amount) = _price(serviceId, quantity);
        paymentId =
            keccak256(abi.encodePacked(serviceId, agentId, taskId, serviceCallHash, amount, block.timestamp));
        // Before the token is called; a transfer that fails takes the event back.
        emit PaymentExecuted(
            paymentId,
            msg.sender,
            provider,
            serviceId,
            agentId,
            taskId,
            amount,
            quantity,
            serviceCallHash,
            block.timestamp
        );
        _transfer(provider, amount);
    }

    function _price(bytes32 serviceId, uint256 quantity) private view returns (address provider, uint256 amount) {
        MNEEServiceRegistry.Service memory service = registry.getService(serviceId);
        require(service.provider != address(0), "Service not found");
        require(service.active, "Service not active");
        amount = service.unitPrice * quantity;
        require(amount > 0, "Amount must be > 0");
        provider = service.provider;
    }

    /// @dev The token's yes is not enough, the provider's balance is the proof: the event promises that the provider
    /// got `amount`, and receipts are checked against it. So a token that takes a fee, or says yes and delivers
    /// something else, is refused, and one that answers nothing but delivers `amount` is accepted. Whatever the token
    /// stops the transfer with becomes "Transfer failed" (allowance and balance short among it). A provider that
    /// passes tokens on while it receives them looks the same as a fee and is refused as well. A caller who is the
    /// provider moves nothing.
    function _transfer(address provider, uint256 amount) private {
        uint256 balanceBefore = token.balanceOf(provider);
        require(token.trySafeTransferFrom(msg.sender, provider, amount), "Transfer failed");
        uint256 balanceAfter = token.balanceOf(provider);
        uint256 expected = provider == msg.sender ? 0 : amount;
        require(balanceAfter >= balanceBefore && balanceAfter - balanceBefore == expected, "Transfer failed");
    }
}
