import type { Client } from '@temporalio/client';
import type pg from 'pg';
import type { Host } from './harness/host.ts';
import type { StewardClient } from './steward/client.ts';
import type { Feed } from './steward/feed.ts';
import type { JobsInfo } from './jobs-host.ts';
import type { StewardInfo } from './steward-host.ts';

/** Everything that runs while sections measure. */
export interface Bench {
  quick: boolean;
  steward: Host<StewardInfo>;
  peer: Host<object>;
  /** Stand-ins of Kodosumi and of the payment service. */
  jobs: Host<JobsInfo>;
  client: StewardClient;
  /** Work with the tenant's feed open. Without it nobody listens, and events are written but not delivered. */
  withFeed<T>(work: (feed: Feed) => Promise<T>): Promise<T>;
  database: pg.Client;
  temporal: Client;
  /** A process for WebSocket clients, started when the first section wants it. */
  sockets(): Promise<Host<object>>;
  say(line: string): void;
}

export const USER = 'bench';
/** Whole units, enough for every plan of the bench: an approval that comes before its plan needs a maximum. */
export const MAX_COST = '5';
