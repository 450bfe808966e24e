import { z } from 'zod';
import { feedPosition, readFeeds } from '../../db/repositories/events.ts';
import { FeedPage } from '../../schemas/core/api.ts';
import { FeedEvent } from '../../schemas/core/event.ts';
import { defineRoute } from '../route.ts';
import { feedCursor, readFeedCursor } from '../stream/cursor.ts';
import { defineStream } from '../stream/define-stream.ts';
import { PageQuery } from '../http/paging.ts';
import { toFeedEvent } from './event-frames.ts';

const tags = ['events'];

const feedPage = defineRoute({
  method: 'get',
  path: '/events',
  summary: "The tenant's events of all runs: a JSON page, SSE or WebSocket",
  tags,
  scope: 'read',
  query: PageQuery(200, 1000)
    .omit({ cursor: true })
    .extend({
      after: z
        .string()
        .max(200)
        .optional()
        .meta({ description: 'A cursor; "0" or nothing begins at the first event.' }),
      ticket: z.string().optional(),
    }),
  responses: { 200: { description: 'Events after the cursor.', schema: FeedPage } },
  errors: ['invalid_cursor'],
  async handler({ deps, principal: { tenant } }, { query: { after, limit } }) {
    const position = after === undefined ? 0 : readFeedCursor(after);
    const rows = await readFeeds(deps.db.pool, new Map([[tenant, position]]), limit + 1);
    const shown = rows.slice(0, limit);
    const next = feedCursor(shown.at(-1)?.feed_pos ?? position);
    return {
      status: 200,
      body: { events: shown.map(toFeedEvent), next_cursor: next, has_more: rows.length > limit },
    };
  },
});

export const feedStream = defineStream({
  path: '/events',
  summary:
    "The tenant's events of all runs: a JSON page, SSE (Accept: text/event-stream) or WebSocket (Upgrade)",
  description: 'Resumable with `?after=<cursor>` or Last-Event-ID; cursors are opaque.',
  tags,
  topic: 'feeds',
  page: feedPage,
  schema: FeedEvent,
  missing: { code: 'not_found', detail: 'There is no such feed.' },
  load: async ({ deps, principal: { tenant } }) => ({
    key: tenant,
    last: await feedPosition(deps.db.pool, tenant),
    finished: false,
  }),
  translate: {
    connected: (_subject, after) => ({ type: 'connected', cursor: feedCursor(after) }),
    event: toFeedEvent,
  },
});
