import { z } from 'zod';
import { readRunEvents } from '../../db/repositories/events.ts';
import { listRuns } from '../../db/repositories/run-lists.ts';
import type { RunRow } from '../../db/repositories/runs.ts';
import {
  NoQuery,
  CancelBody,
  CancelPreview,
  EventPage,
  InputBody,
  RerunAnswer,
  RerunBody,
  ResumeBody,
  RunAnswer,
  RunPage,
} from '../../schemas/core/api.ts';
import { strict } from '../../schemas/core/strict.ts';
import { RunEvent } from '../../schemas/core/event.ts';
import { Run, RunStatus } from '../../schemas/core/run.ts';
import { page, PageQuery, readCursor, WholeNumber } from '../http/paging.ts';
import { ApiError } from '../problem.ts';
import { defineRoute } from '../route.ts';
import { cancelRun, orEarlierAnswer, requireRun, resumeRun } from '../runs/commands.ts';
import { giveInput } from '../runs/give-input.ts';
import { previewCancel } from '../runs/preview.ts';
import { rerun } from '../runs/rerun.ts';
import { toWire } from '../runs/to-wire.ts';
import { hiddenFrom } from '../runs/visibility.ts';
import { defineStream, type StreamSubject } from '../stream/define-stream.ts';
import { toRunEvent } from './event-frames.ts';
import { receiveCommand } from './run-messages.ts';

const tags = ['runs'];

const list = defineRoute({
  method: 'get',
  path: '/runs',
  summary: 'Runs of every family, newest first',
  tags,
  scope: 'read',
  query: PageQuery(50, 200).extend({
    family: z.string().max(64).optional(),
    status: RunStatus.optional(),
    subject: z.string().max(200).optional(),
    q: z.string().max(200).optional().meta({ description: 'Part of an id, a kind or a subject.' }),
  }),
  responses: { 200: { description: 'A page of runs.', schema: RunPage } },
  errors: ['invalid_cursor'],
  async handler({ deps, principal }, { query: { limit, cursor, ...filter } }) {
    const wanted = { ...filter, hidden: hiddenFrom(deps.families, principal) };
    const rows = await listRuns(deps.db.pool, principal.tenant, wanted, readCursor(cursor), limit + 1);
    const shown = page(rows, limit, (row) => ({ at: row.created_at, id: row.id }));
    return { status: 200, body: { runs: await toWire(deps, shown.rows), next_cursor: shown.next } };
  },
});

const get = defineRoute({
  method: 'get',
  path: '/runs/:id',
  missing: { id: 'run_not_found' },
  summary: 'One run',
  tags,
  scope: 'read',
  responses: { 200: { description: 'The run.', schema: Run } },
  errors: ['run_not_found'],
  async handler(ctx, { params }) {
    const [run] = await toWire(ctx.deps, [await requireRun(ctx, params['id'] ?? '')]);
    return { status: 200, body: run! };
  },
});

const cancel = defineRoute({
  method: 'post',
  path: '/runs/:id/cancel',
  missing: { id: 'run_not_found' },
  summary: 'Cancel a run: what is moving is followed to its end, what can be undone is undone',
  tags,
  scope: 'operate',
  idempotent: true,
  description:
    'With `preview=true` nothing is changed: the answer says what would be undone and where the money is.',
  query: strict({ preview: z.enum(['true', 'false']).default('false') }),
  body: CancelBody,
  responses: {
    200: {
      description: 'Cancelled, or on the way there; or the preview.',
      schema: z.union([CancelPreview, RunAnswer]),
    },
  },
  errors: ['run_not_found', 'cannot_cancel', 'invalid_state', 'workflow_lost'],
  async handler(ctx, { params, query: { preview }, body }) {
    const run = await requireRun(ctx, params['id'] ?? '');
    if (preview === 'true') return { status: 200, body: await previewCancel(ctx, run) };
    const { status } = await orEarlierAnswer(ctx, run, () => cancelRun(ctx, run, body?.reason));
    return { status: 200, body: { run_id: run.id, status } };
  },
});

const resume = defineRoute({
  method: 'post',
  path: '/runs/:id/resume',
  missing: { id: 'run_not_found' },
  summary: 'Let a paused run go on: approves what it waits for',
  description:
    'A run pauses when a price, the balance or the time of its approval does not allow the next payment. Nothing that was paid is paid again.',
  tags,
  scope: 'approve',
  idempotent: true,
  query: NoQuery,
  body: ResumeBody,
  responses: { 200: { description: 'The run goes on.', schema: RunAnswer } },
  errors: [
    'run_not_found',
    'invalid_state',
    'plan_changed',
    'approval_expired',
    'insufficient_escrow',
    'workflow_lost',
  ],
  async handler(ctx, { params, body }) {
    const run = await requireRun(ctx, params['id'] ?? '');
    await orEarlierAnswer(ctx, run, () => resumeRun(ctx, run, body?.plan_hash));
    const { id, status } = await requireRun(ctx, run.id);
    return { status: 200, body: { run_id: id, status } };
  },
});

const rerunRoute = defineRoute({
  method: 'post',
  path: '/runs/:id/rerun',
  missing: { id: 'run_not_found' },
  summary: 'Run again what an ended run did, using the results it has',
  description:
    'Steps that ended well are not called and not paid again, except from `from_step` on; what would be paid again is listed in the approval that the new run asks for.',
  tags,
  scope: 'operate',
  idempotent: true,
  exact: ['input'],
  query: NoQuery,
  body: RerunBody,
  responses: { 201: { description: 'The new run.', schema: RerunAnswer } },
  errors: ['run_not_found', 'invalid_state', 'unsupported_action'],
  async handler(ctx, { params, body }) {
    const run = await requireRun(ctx, params['id'] ?? '');
    const { id, status } = await requireRun(ctx, await rerun(ctx, run, body ?? {}));
    return { status: 201, body: { run_id: id, status, rerun_of: run.id } };
  },
});

const inputs = defineRoute({
  method: 'post',
  path: '/runs/:id/inputs',
  handsInput: true,
  missing: { id: 'run_not_found' },
  summary: 'Answer a question that a run asked',
  description:
    'Open questions are in `GET /approvals?kind=input`. The same answer to the same question is taken once; sending it again is safe.',
  tags,
  scope: 'operate',
  idempotent: true,
  exact: ['data'],
  query: NoQuery,
  body: InputBody,
  responses: { 202: { description: 'Handed to the run.', schema: RunAnswer } },
  errors: [
    'run_not_found',
    'invalid_state',
    'invalid_input',
    'not_awaiting_input',
    'stale_status_id',
    'question_not_open',
    'deadline_passed',
    'workflow_lost',
  ],
  async handler(ctx, { params, body }) {
    const run = await requireRun(ctx, params['id'] ?? '');
    await giveInput(ctx, run, body);
    return { status: 202, body: { run_id: run.id, status: run.status } };
  },
});

const events = defineRoute({
  method: 'get',
  path: '/runs/:id/events',
  missing: { id: 'run_not_found' },
  summary: 'Events of a run: a JSON page, SSE or WebSocket',
  tags,
  scope: 'read',
  query: z.object({
    after: WholeNumber(0, 0, 999_999_999),
    limit: WholeNumber(200, 1, 1000),
    ticket: z.string().optional(),
  }),
  responses: { 200: { description: 'Events after `after`.', schema: EventPage } },
  errors: ['run_not_found'],
  async handler(ctx, { params, query: { after, limit } }) {
    const run = await requireRun(ctx, params['id'] ?? '');
    const rows = await readRunEvents(ctx.deps.db.pool, new Map([[run.id, after]]), limit + 1);
    const shown = rows.slice(0, limit);
    const body = {
      events: shown.map(toRunEvent),
      next_after: shown.at(-1)?.seq ?? after,
      has_more: rows.length > limit,
    };
    return { status: 200, body };
  },
});

export const runRoutes = [list, get, cancel, resume, rerunRoute, inputs];

interface RunSubject extends StreamSubject {
  row: RunRow;
}

export const runStream = defineStream<RunSubject>({
  path: '/runs/:id/events',
  summary: 'Events of a run: a JSON page, SSE (Accept: text/event-stream) or WebSocket (Upgrade)',
  description:
    'Resumable with `?after=<seq>` or Last-Event-ID. The WebSocket also takes {"type":"approve"|"reject"|"input"|"cancel","id"?,...}. An input is {"type":"input","id"?,"question"?,"data"}: `id` comes back with the answer, `question` says which question is meant.',
  tags,
  topic: 'runs',
  page: events,
  schema: RunEvent,
  missing: { code: 'run_not_found', detail: 'There is no such run.' },
  async load(ctx, params) {
    const row = await requireRun(ctx, params['id'] ?? '').catch((error: unknown) => {
      if (error instanceof ApiError) return undefined;
      throw error;
    });
    return row && { key: row.id, last: row.last_seq, finished: row.finished_at !== null, row };
  },
  translate: {
    connected: ({ row }, after) => ({
      type: 'connected',
      run_id: row.id,
      status: row.status,
      seq: after,
      last_seq: row.last_seq,
    }),
    event: toRunEvent,
  },
  receive: receiveCommand,
});
