import type { IncomingMessage } from 'node:http';

/** The client's address as Express' `req.ip` has it, for requests that never become Express' own: upgrades, new connections. */
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
