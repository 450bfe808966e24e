import { Contract, ContractFactory, type InterfaceAbi, type Signer } from 'ethers';

/** Deploys what was compiled and waits until it is mined; the signer is the deployer and the contract's runner. */
export async function deployContract(
  { abi, bytecode }: { readonly abi: InterfaceAbi; readonly bytecode: string },
  signer: Signer,
  ...args: readonly unknown[]
): Promise<Contract> {
  const deployed = await new ContractFactory(abi, bytecode, signer).deploy(...args);
  await deployed.waitForDeployment();
  return new Contract(await deployed.getAddress(), abi, signer);
}
