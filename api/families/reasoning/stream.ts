import type { RunDetail } from '../../../db/repositories/run-detail.ts';
import { WorkflowEvent } from '../../../schemas/families/reasoning.ts';
import { defineStream, type StreamRoute, type StreamSubject } from '../../stream/define-stream.ts';
import { TAGS } from './names.ts';
import type { ReasoningOptions } from './options.ts';
import { decimalsById, toWireEvent, wireStatus } from './to-wire.ts';
import { findOwn } from './workflows.ts';

interface WorkflowSubject extends StreamSubject {
  run: RunDetail;
}

export function workflowStream(options: ReasoningOptions): StreamRoute {
  const decimalsOf = decimalsById(options.assets.assets);
  return defineStream<WorkflowSubject>({
    path: '/workflows/:id/stream',
    summary: 'Events of a workflow: WebSocket (Upgrade) or SSE (Accept: text/event-stream)',
    description:
      'First a frame {type:"connected",workflowId,seq,status}; events follow `seq`. Resume with `?after=<seq>` or Last-Event-ID.',
    tags: TAGS,
    topic: 'runs',
    schema: WorkflowEvent,
    missing: { code: 'workflow_not_found', detail: 'Workflow not found' },
    async load(ctx, { id = '' }) {
      const run = await findOwn(ctx, id);
      return run && { key: run.id, last: run.last_seq, finished: run.finished_at !== null, run };
    },
    translate: {
      connected: ({ run }, after) => ({
        type: 'connected',
        workflowId: run.id,
        seq: after,
        status: wireStatus(run),
      }),
      event: (row) => ({ ...toWireEvent(row, decimalsOf) }),
    },
  });
}
