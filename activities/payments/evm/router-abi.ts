import { Interface } from 'ethers';

export const routerInterface = new Interface([
  'function payForService(bytes32 serviceId, string agentId, string taskId, uint256 quantity, bytes32 serviceCallHash) returns (bytes32)',
  'function token() view returns (address)',
  'function registry() view returns (address)',
  'event PaymentExecuted(bytes32 indexed paymentId, address indexed payer, address indexed provider, bytes32 serviceId, string agentId, string taskId, uint256 amount, uint256 quantity, bytes32 serviceCallHash, uint256 timestamp)',
]);

export const registryInterface = new Interface([
  'function getService(bytes32 serviceId) view returns (tuple(address provider, uint256 unitPrice, bool active, string metadataURI, bool isVerified))',
]);
