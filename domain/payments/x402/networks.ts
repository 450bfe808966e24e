/** Network names of x402 version 1 as CAIP-2 ids; version 2 uses CAIP-2 on the wire. Source: x402 v1 specification. */
const LEGACY: { readonly [name: string]: string } = {
  solana: 'solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp',
  'solana-devnet': 'solana:EtWTRABZaYq6iMfeYKouRu166VU2xqa1',
  'solana-testnet': 'solana:4uhcVJyU9pJkvQyS88uRDiswHXSCkY3z',
  ethereum: 'eip155:1',
  sepolia: 'eip155:11155111',
  base: 'eip155:8453',
  'base-sepolia': 'eip155:84532',
  polygon: 'eip155:137',
  'polygon-amoy': 'eip155:80002',
  avalanche: 'eip155:43114',
  'avalanche-fuji': 'eip155:43113',
  sei: 'eip155:1329',
  'sei-testnet': 'eip155:1328',
  iotex: 'eip155:4689',
  peaq: 'eip155:3338',
  celo: 'eip155:42220',
};

/** The CAIP-2 id of a network as a seller writes it; undefined when the name is not known. */
export function caipNetwork(name: string): string | undefined {
  if (name.includes(':')) return name;
  return Object.hasOwn(LEGACY, name) ? LEGACY[name] : undefined; // sellers write names such as "constructor", too
}
