import { z } from 'zod';
import { feedPosition, readFeeds, type EventRow } from '../../db/repositories/events.ts';
import { FeedPage } from '../../schemas/core/api.ts';
import { FeedEvent } from '../../schemas/core/event.ts';
import type { Ctx } from '../context.ts';
import { defineRoute } from '../route.ts';
import { isHidden } from '../runs/visibility.ts';
import { feedCursor, readFeedCursor } from '../stream/cursor.ts';
import { defineStream } from '../stream/define-stream.ts';
import { PageQuery } from '../http/paging.ts';
import { toFeedEvent } from './event-frames.ts';

const tags = ['events'];

/** Events of runs that the key may not see keep their positions and are left out. Notices are for everybody of the tenant. */
const visibleTo =
  ({ deps, principal }: Pick<Ctx, 'deps' | 'principal'>) =>
  ({ family, subject = '' }: EventRow): boolean =>
    subject === null || !isHidden(deps.families, principal, { family, subject });

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
  async handler(ctx, { query: { after, limit } }) {
    const { tenant } = ctx.principal;
    const position = after === undefined ? 0 : readFeedCursor(after);
    const rows = await readFeeds(ctx.deps.db.pool, new Map([[tenant, position]]), limit + 1);
    const shown = rows.slice(0, limit);
    const next = feedCursor(shown.at(-1)?.feed_pos ?? position);
    return {
      status: 200,
      body: {
        events: shown.filter(visibleTo(ctx)).map(toFeedEvent),
        next_cursor: next,
        has_more: rows.length > limit,
      },
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
  load: async (ctx) => ({
    key: ctx.principal.tenant,
    last: await feedPosition(ctx.deps.db.pool, ctx.principal.tenant),
    finished: false,
    sees: visibleTo(ctx),
  }),
  translate: {
    connected: (_subject, after) => ({ type: 'connected', cursor: feedCursor(after) }),
    event: toFeedEvent,
  },
});
