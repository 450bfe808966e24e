/** Addresses of EVM chains compare without case; all others exactly. */
export function sameAddress(network: string, left: string, right: string): boolean {
  return network.startsWith('eip155:') ? left.toLowerCase() === right.toLowerCase() : left === right;
}

/** Networks without a chain: what is paid there is counted, and nothing moves. */
export const isImagined = (network: string): boolean => network.startsWith('mock:');

/** The one way to write a transaction's id: hex of EVM chains is read without case, so that no id is taken for two. */
export function canonicalTransaction(network: string, id: string): string {
  return network.startsWith('eip155:') ? id.toLowerCase() : id;
}
