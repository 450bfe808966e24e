import { sameAddress } from './networks.ts';

/** Nobody found a key for an address with so long a run of ones: programs, sysvars and the incinerator have such names. */
const SOLANA_RUN = /1{15}/;

const SOLANA_NAMES: Readonly<Record<string, string>> = {
  '11111111111111111111111111111111': 'the system program',
  '1nc1nerator11111111111111111111111111111111': 'the incinerator',
  So11111111111111111111111111111111111111112: 'the mint of wrapped SOL',
  TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA: 'the token program',
  TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb: 'the token program of 2022',
  ATokenGPvbdGVxr1b9hvZbsiqW5xWH25efTNsLJA8knL: 'the program of token accounts',
  MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr: 'the memo program',
  Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo: 'the memo program',
  metaqbxxUerdq28cj1RbAWkYQm3ybzjb6a8bt518x1s: 'the program of token metadata',
};

const EVM_NAMES: Readonly<Record<string, string>> = {
  '0x0000000000000000000000000000000000000000': 'the zero address',
  '0x000000000000000000000000000000000000dead': 'the dead address',
  '0xdead000000000000000042069420694206942069': 'a burn address',
};

/** What nobody found a key for: a small number (precompiles are the first ones), twelve zero bytes at the end, one digit alone. */
const EVM_KEYLESS = /^0x(?:0{24}[0-9a-f]{16}|[0-9a-f]{16}0{24}|([0-9a-f])\1{39}|(?:dead){10})$/;

/**
 * Why what is sent to an address is lost for ever, as words after "is"; undefined for all others. `token` is the address or
 * mint of the asset that is sent; null for the chain's coin.
 */
export function burnsWhat(network: string, address: string, token: string | null): string | undefined {
  if (token !== null && sameAddress(network, token, address)) return 'the token itself';
  if (network.startsWith('solana:')) return burnsOnSolana(address);
  return network.startsWith('eip155:') ? burnsOnEvm(address.toLowerCase()) : undefined;
}

function burnsOnSolana(address: string): string | undefined {
  const name = SOLANA_NAMES[address];
  if (name !== undefined) return name;
  if (!SOLANA_RUN.test(address)) return undefined;
  return address.startsWith('Sysvar') ? 'a sysvar' : 'an address without a key';
}

function burnsOnEvm(address: string): string | undefined {
  const name = EVM_NAMES[address];
  if (name !== undefined) return name;
  if (!EVM_KEYLESS.test(address)) return undefined;
  return BigInt(address) < 1024n ? 'a precompiled contract' : 'an address without a key';
}
