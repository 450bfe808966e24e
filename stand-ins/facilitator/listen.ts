import type { AddressInfo } from 'node:net';
import type { Express } from 'express';

export interface Listening {
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** Binds an app to loopback; stopping ends its open connections too. */
export async function listen(app: Express, port: number): Promise<Listening> {
  const server = await new Promise<ReturnType<Express['listen']>>((resolve, reject) => {
    const started = app.listen(port, '127.0.0.1', (error) => (error ? reject(error) : resolve(started)));
  });
  server.on('error', () => undefined); // a connection could not be accepted
  const bound = (server.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
