import { feedPosition, type EventRow } from '../../../db/repositories/events.ts';
import { OMNI_EVENTS } from '../../../domain/omni/events.ts';
import { OmniEvent } from '../../../schemas/families/omni/overview.ts';
import type { JsonObject } from '../../../schemas/core/json.ts';
import type { Ctx } from '../../context.ts';
import { rawNumber } from '../../http/json-source.ts';
import { isHidden } from '../../runs/visibility.ts';
import { feedCursor } from '../../stream/cursor.ts';
import { defineStream, type StreamRoute, type StreamSubject } from '../../stream/define-stream.ts';
import { FAMILY, TAGS } from './names.ts';

const TYPES: Readonly<Record<string, OmniEvent['type']>> = {
  [OMNI_EVENTS.transaction]: 'transaction',
  [OMNI_EVENTS.decided]: 'policy',
  [OMNI_EVENTS.alert]: 'alert',
  [OMNI_EVENTS.agent]: 'agent',
  [OMNI_EVENTS.service]: 'service',
};

/** The family's own feed (omni.md, "Amendments"): what it has no word for stays off it. */
export const omniStreams: readonly StreamRoute[] = ['/omni/events', '/omni/ws'].map((path) =>
  defineStream({
    path,
    summary: 'Payments, decisions, alerts, agents and services as they change: SSE or WebSocket',
    description: 'Resumable with `?after=<id>` or Last-Event-ID.',
    tags: TAGS,
    topic: 'feeds',
    schema: OmniEvent,
    missing: { code: 'not_found', detail: 'There is no such feed.' },
    load,
    translate: {
      connected: (_subject, after) => ({ type: 'connected', cursor: feedCursor(after) }),
      event: toOmniEvent,
    },
  }),
);

async function load({ deps, principal }: Ctx): Promise<StreamSubject> {
  return {
    key: principal.tenant,
    last: await feedPosition(deps.db.pool, principal.tenant),
    finished: false,
    sees: ({ family, subject }) =>
      family === FAMILY && (subject == null || !isHidden(deps.families, principal, { family, subject })),
  };
}

function toOmniEvent({ type, data, at, feed_pos }: EventRow): OmniEvent | undefined {
  const word = TYPES[type];
  if (word === undefined) return undefined;
  const shown = { ...data, ...moneyOf(data) };
  return { id: feedCursor(feed_pos), type: word, ts: at.toISOString(), data: shown };
}

/** Amounts of events are decimal texts inside, and numbers here as in the rest of the family's answers. */
const MONEY = ['amount', 'cost', 'spent', 'budget'];

const moneyOf = (data: JsonObject): Record<string, number> =>
  Object.fromEntries(
    MONEY.flatMap((name) => {
      const amount = data[name];
      return typeof amount === 'string' && /^\d+(\.\d+)?$/.test(amount) ? [[name, rawNumber(amount)]] : [];
    }),
  );
