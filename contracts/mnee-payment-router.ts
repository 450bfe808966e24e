import type { Contract, Signer } from 'ethers';
import artifact from './artifacts/MNEEPaymentRouter.json' with { type: 'json' };
import { deployContract } from './deploy.ts';

/** The compiled payment router: `abi` for ethers or viem, `bytecode` for its deployment. */
export const mneePaymentRouter = { abi: artifact.abi, bytecode: artifact.bytecode };

/** Deploys a router that pays in `token` at the prices of `registry`, both addresses; nobody can change them later. */
export function deployPaymentRouter(
  signer: Signer,
  { token, registry }: { readonly token: string; readonly registry: string },
): Promise<Contract> {
  return deployContract(mneePaymentRouter, signer, token, registry);
}
