import type { Contract, Signer } from 'ethers';
import artifact from './artifacts/MNEEServiceRegistry.json' with { type: 'json' };
import { deployContract } from './deploy.ts';

/** The compiled service registry: `abi` for ethers or viem, `bytecode` for its deployment. */
export const mneeServiceRegistry = { abi: artifact.abi, bytecode: artifact.bytecode };

/** Deploys a registry that the signer owns. */
export function deployServiceRegistry(signer: Signer): Promise<Contract> {
  return deployContract(mneeServiceRegistry, signer);
}
