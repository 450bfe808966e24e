import { Client } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';

export interface TemporalTestClient {
  /** Workers and clients share it: only then can a start be eager. */
  nativeConnection: NativeConnection;
  client: Client;
  namespace: string;
  close: () => Promise<void>;
}

// Failures that a test provokes are its business, not the terminal's.
Runtime.install({ logger: new DefaultLogger(process.env['TEST_LOG'] === 'on' ? 'INFO' : 'ERROR') });

/** A connection to the test run's Temporal server. Close it in `afterAll`, after its workers have ended. */
export async function connect(): Promise<TemporalTestClient> {
  const namespace = inject('temporalNamespace');
  const nativeConnection = await NativeConnection.connect({ address: inject('temporalAddress') });
  const client = new Client({ connection: nativeConnection, namespace });
  return { nativeConnection, client, namespace, close: () => nativeConnection.close() };
}

/** No two tests share a queue, so that none runs another's work. */
export function uniqueTaskQueue(name: string): string {
  return `test-${name}-${randomUUID()}`;
}
