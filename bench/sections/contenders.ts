import { MAX_COST, USER, type Bench } from '../bench.ts';
import { closedLoop, type Batch } from '../harness/load.ts';
import type { Contender } from './cells.ts';

export const PEER = 'peer';
export const PEER_LOCAL = 'peer, local activities';
export const STEWARD = 'steward';
export const STEWARD_HTTP = 'steward over HTTP';

/** The bare Temporal program; `local` runs its steps as local activities. */
export const peer = ({ peer: host }: Bench, kind: 'remote' | 'local'): Contender => ({
  name: kind === 'remote' ? PEER : PEER_LOCAL,
  load: (count, concurrency) => host.ask<Batch>('load', { kind, count, concurrency }),
});

/** The engine through the API's own functions, in the stack's process, as the peer's client is in the peer's. */
export const steward = ({ steward: host }: Bench, request: string, name = STEWARD): Contender => ({
  name,
  load: (count, concurrency) => host.ask<Batch>('load', { request, userId: USER, count, concurrency }),
});

/** POST create, POST approve, and the end as the tenant's feed reports it over a WebSocket. */
export const stewardHttp = (
  { client, withFeed }: Bench,
  request: string,
  name = STEWARD_HTTP,
): Contender => ({
  name,
  load: (count, concurrency) =>
    withFeed((feed) =>
      closedLoop(count, concurrency, async () => {
        const id = await client.create(request, USER, MAX_COST);
        await client.approve(id);
        await feed.next(id, 'run.completed');
      }),
    ),
});
