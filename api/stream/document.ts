import { z } from 'zod';
import { defineRoute, type Route } from '../route.ts';
import type { StreamRoute } from './define-stream.ts';

const StreamQuery = z.object({
  after: z
    .string()
    .optional()
    .meta({ description: 'Position to resume after; without it the stream begins with what is new.' }),
  ticket: z
    .string()
    .optional()
    .meta({ description: 'From POST /stream-tickets, for browsers: used once, within 60 seconds.' }),
});

const READ_TO_ITS_END = {
  description: 'Server-sent events only: the run has ended and the position is its last. Do not reconnect.',
  schema: z.undefined(),
};

/** A stream in the documentation: a GET that switches protocol or stays open. */
export function documentStream(stream: StreamRoute): Route {
  return defineRoute({
    method: 'get',
    path: stream.path,
    summary: stream.summary,
    description:
      stream.description ?? 'WebSocket (Upgrade) or server-sent events (Accept: text/event-stream).',
    tags: stream.tags,
    scope: 'read',
    query: stream.page?.query ?? StreamQuery,
    responses: {
      101: { description: 'Switched to WebSocket: one JSON frame an event.', schema: z.undefined() },
      200: {
        description: 'Events, in order and without gaps.',
        schema: stream.page?.responses[200]?.schema ?? stream.schema,
        type: stream.page ? 'application/json' : 'text/event-stream',
      },
      ...(stream.topic === 'runs' && { 204: READ_TO_ITS_END }),
    },
    errors: [stream.missing.code, 'invalid_cursor', ...(stream.page ? [] : ['upgrade_required'])],
    // Mounted with a handler of its own, see stream/sse.ts.
    handler: async () => {
      throw new Error('Streams are not answered by routes.');
    },
  });
}
