import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface LossyProxy {
  url: string;
  /** The next request goes through; its answer does not. */
  loseNextAnswer(): void;
  close(): Promise<void>;
}

/** In front of a server: passes everything on, and loses an answer when it is told to. */
export async function startLossyProxy(target: string): Promise<LossyProxy> {
  const { hostname, port } = new URL(target);
  const open = new Set<Socket>();
  let loses = false;
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket
        .on('error', () => undefined)
        .on('close', () => {
          client.destroy();
          upstream.destroy();
          open.delete(socket);
        });
    }
    client.pipe(upstream);
    upstream.on('data', (data: Buffer) => {
      if (!loses) return void client.write(data);
      loses = false;
      client.destroy();
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    loseNextAnswer: () => void (loses = true),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}
