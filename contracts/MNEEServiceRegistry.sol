// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

/// @title Who provides a service, and what one unit of it costs.
/// @notice Anybody reads it, the owner alone writes it. A service is never removed, only made inactive, so that an
/// old payment can always be traced to what was sold. A service ID is keccak256 of the ID's UTF-8 bytes.
contract MNEEServiceRegistry is Ownable {
    /// @param provider Who is paid; zero only where the service is unknown.
    /// @param unitPrice Minor units of the token for one unit of the service (MNEE has 18 decimals).
    /// @param active Whether the service may be paid for now.
    /// @param metadataURI Where more about the service is found; may be empty.
    /// @param isVerified Whether the owner vouches for the provider.
    struct Service {
        address provider;
        uint256 unitPrice;
        bool active;
        string metadataURI;
        bool isVerified;
    }

    mapping(bytes32 serviceId => Service) private _services;

    /// @notice A service was added, active from the start. `unitPrice` is in minor units of the token.
    event ServiceRegistered(
        bytes32 indexed serviceId, address indexed provider, uint256 unitPrice, string metadataURI, bool isVerified
    );

    /// @notice A service was replaced by these values. `unitPrice` is in minor units of the token.
    event ServiceUpdated(
        bytes32 indexed serviceId,
        address indexed provider,
        uint256 unitPrice,
        bool active,
        string metadataURI,
        bool isVerified
    );

    /// @notice The deployer owns the registry.
    constructor() Ownable(msg.sender) {}

    /// @notice Adds a service, active from the start.
    /// @dev Reverts with `OwnableUnauthorizedAccount`, "Service already exists" (also where it is inactive: its price
    /// is changed by an update, which says so in its event), "Provider must not be zero", "Unit price must be > 0".
    /// @param serviceId keccak256 of the ID's UTF-8 bytes.
    /// @param provider Who is paid.
    /// @param unitPrice Minor units of the token for one unit of the service.
    /// @param metadataURI Where more about the service is found; may be empty.
    /// @param isVerified Whether the owner vouches for the provider.
    function registerService(
        bytes32 serviceId,
        address provider,
        uint256 unitPrice,
        string calldata metadataURI,
        bool isVerified
    ) external onlyOwner {
        require(!_isKnown(serviceId), "Service already exists");
        _write(serviceId, Service(provider, unitPrice, true, metadataURI, isVerified));
        emit ServiceRegistered(serviceId, provider, unitPrice, metadataURI, isVerified);
    }

    /// @notice Replaces every value of a service that is known.
    /// @dev Reverts with `OwnableUnauthorizedAccount`, "Service not found", "Provider must not be zero",
    /// "Unit price must be > 0".
    /// @param serviceId keccak256 of the ID's UTF-8 bytes.
    /// @param provider Who is paid from now on.
    /// @param unitPrice Minor units of the token for one unit of the service, from now on.
    /// @param active Whether the service may be paid for.
    /// @param metadataURI Where more about the service is found; may be empty.
    /// @param isVerified Whether the owner vouches for the provider.
    function updateService(
        bytes32 serviceId,
        address provider,
        uint256 unitPrice,
        bool active,
        string calldata metadataURI,
        bool isVerified
    ) external onlyOwner {
        require(_isKnown(serviceId), "Service not found");
        _write(serviceId, Service(provider, unitPrice, active, metadataURI, isVerified));
        emit ServiceUpdated(serviceId, provider, unitPrice, active, metadataURI, isVerified);
    }

    /// @notice What is known of a service. Never reverts: an unknown service has the provider zero, is inactive and
    /// costs nothing, so that a reader can tell "unknown" from a node that does not answer.
    /// @param serviceId keccak256 of the ID's UTF-8 bytes.
    function getService(bytes32 serviceId) external view returns (Service memory) {
        return _services[serviceId];
    }

    function _isKnown(bytes32 serviceId) private view returns (bool) {
        return _services[serviceId].provider != address(0);
    }

    /// @dev A zero provider would make the service unknown again, and a zero price can never be paid.
    function _write(bytes32 serviceId, Service memory service) private {
        require(service.provider != address(0), "Provider must not be zero");
        require(service.unitPrice > 0, "Unit price must be > 0");
        _services[serviceId] = service;
    }
}
