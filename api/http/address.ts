import type { IncomingMessage } from 'node:http';

/** The client's address, as Express' `req.ip` would have it, for upgrades and other requests that Express never sees. */
export function clientAddress({ socket, headers }: IncomingMessage, trustProxy: number): string {
  const forwarded = [headers['x-forwarded-for'] ?? []]
    .flat()
    .flatMap((text) => text.split(','))
    .map((address) => address.replace(/^ +| +$/g, ''))
    .filter((address) => address !== '')
    .toReversed();
  const hops = [socket.remoteAddress ?? '', ...forwarded];
  return hops[Math.min(trustProxy, hops.length - 1)]!;
}
