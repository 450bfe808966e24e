import { readFeeds, readRunEvents } from '../../db/repositories/events.ts';
import type { ApiDeps } from '../context.ts';
import type { KeyWatch } from '../keys/watch.ts';
import { createTopics, type Topics } from './topics.ts';
import { createWake, type Wake } from './wake.ts';

/** The events of this process' clients: woken by the database, read in batches, pushed to whoever listens. */
export interface Hub {
  readonly runs: Topics;
  /** Feeds by tenant. */
  readonly feeds: Topics;
  /** True while notifications arrive, false while polling or asleep. */
  readonly listening: boolean;
  /** Begins to listen; the first subscriber does it too. */
  start(): void;
  close(): Promise<void>;
}

export function createHub(
  { db, settings, log }: Pick<ApiDeps, 'db' | 'settings' | 'log'>,
  keys: Pick<KeyWatch, 'changed'>,
): Hub {
  const runs = createTopics(
    {
      read: (known, limit) => readRunEvents(db.pool, known, limit),
      keyOf: (row) => row.run_id,
      positionOf: (row) => row.seq,
    },
    log,
  );
  const feeds = createTopics(
    {
      read: (known, limit) => readFeeds(db.pool, known, limit),
      keyOf: (row) => row.tenant,
      positionOf: (row) => row.feed_pos,
    },
    log,
  );
  let wake: Wake | undefined;
  const start = (): void => {
    wake ??= createWake(
      db.pool,
      settings.listenUrl,
      {
        changed: (tenant, runId) => {
          runs.touch(runId);
          feeds.touch(tenant);
        },
        keyChanged: (keyId) => keys.changed(keyId),
        anything: () => {
          runs.touchAll();
          feeds.touchAll();
        },
      },
      log,
    );
  };
  return {
    runs: { ...runs, subscribe: (...args) => (start(), runs.subscribe(...args)) },
    feeds: { ...feeds, subscribe: (...args) => (start(), feeds.subscribe(...args)) },
    get listening() {
      return wake?.listening ?? false;
    },
    start,
    close: async () => wake?.close(),
  };
}
