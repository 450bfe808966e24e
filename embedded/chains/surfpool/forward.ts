import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { pipeline } from 'node:stream';

/** Forwards a port on loopback to another one: surfpool chooses its ports itself. */
export async function forwardPort(port: number, target: string): Promise<{ port: number; close(): void }> {
  const { hostname, port: targetPort } = new URL(target);
  const server: Server = createServer((socket) => {
    const upstream = connect(Number(targetPort), hostname);
    // When either end closes, the other is closed, too. How it ended is for the client to see.
    pipeline(socket, upstream, () => undefined);
    pipeline(upstream, socket, () => undefined);
  });
  await new Promise<void>((resolve, reject) => {
    server.on('error', reject); // later errors are connections that could not be accepted
    server.listen({ port, host: '127.0.0.1' }, resolve);
  });
  return { port: (server.address() as AddressInfo).port, close: () => void server.close() };
}
