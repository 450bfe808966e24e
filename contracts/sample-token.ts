import artifact from './artifacts/SampleToken.json' with { type: 'json' };

/** The compiled sample token: `abi` for ethers or viem, `bytecode` for its deployment. */
export const sampleToken = { abi: artifact.abi, bytecode: artifact.bytecode };

/** The EIP-712 domain version of the token, which every EIP-3009 signer puts beside the token's name. */
export const SAMPLE_TOKEN_VERSION = '1';
