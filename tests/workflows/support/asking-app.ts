import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { WorkflowHandle } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { createJournalActivities } from '../../../activities/journal/activities.ts';
import { createLedgerActivities } from '../../../activities/ledger/activities.ts';
import { createQuestionActivities } from '../../../activities/questions/activities.ts';
import type { FamilyModule } from '../../../api/family.ts';
import type { ApiSettings } from '../../../api/settings.ts';
import { startRun } from '../../../api/runs/start.ts';
import { createValues } from '../../../db/values.ts';
import { DATA_CONVERTER } from '../../../workers/bundle.ts';
import { ask as request, openStack, type Answer, type ApiStack } from '../../api/support/api.ts';
import { sampleBook } from '../../support/sample-catalogue.ts';
import { connect, uniqueTaskQueue } from '../../support/temporal.ts';
import type { Asking } from './asking.ts';

export interface AskingApp {
  stack: ApiStack;
  url: string;
  /** Starts a run that asks. */
  start(asking: Omit<Asking, 'runId' | 'tenant' | 'subject' | 'settings'>): Promise<AskingRun>;
  ask(path: string, options?: Parameters<typeof request>[2]): Promise<Answer>;
  close(): Promise<void>;
}

export interface AskingRun {
  id: string;
  handle: WorkflowHandle;
  answer(body: unknown, headers?: Record<string, string>): Promise<Answer>;
  read(): Promise<Record<string, unknown>>;
  /** The events of one type. */
  events(type: string): Promise<Record<string, unknown>[]>;
  /** What waits for people, of this run. */
  inbox(query?: string): Promise<Record<string, unknown>[]>;
}

const family: FamilyModule = { name: 'asking', description: 'Asks.', routes: [], sharedRuns: true };

/** Runs that ask, on a real API, PostgreSQL and Temporal. The family has no code for answers. */
export async function openAskingApp(settings: Partial<ApiSettings> = {}): Promise<AskingApp> {
  const stack = await openStack();
  const temporal = await connect();
  const taskQueue = uniqueTaskQueue('asking');
  const deps = stack.deps({ families: [family], settings: { taskQueue, ...settings } });
  const { url } = await stack.start({ families: [family], settings: { taskQueue, ...settings } });
  const parts = { ...deps, values: createValues(stack.db.pool, deps.sealer), assets: sampleBook };
  const worker = await Worker.create({
    connection: temporal.nativeConnection,
    namespace: temporal.namespace,
    taskQueue,
    workflowsPath: fileURLToPath(new URL('./asking.ts', import.meta.url)),
    dataConverter: DATA_CONVERTER,
    activities: {
      ...createJournalActivities(parts),
      ...createLedgerActivities(parts),
      ...createQuestionActivities(parts),
    },
  });
  const working = worker.run();
  const ask: AskingApp['ask'] = (path, options) => request({ url }, path, options);
  return {
    stack,
    url,
    ask,
    async start(asking) {
      const id = `ask_${randomUUID()}`;
      const [tenant, subject] = ['default', 'ada'];
      const args = [{ runId: id, tenant, subject, settings: { callTimeoutMs: 5000 }, ...asking }];
      await startRun(deps, {
        run: { id, tenant, subject, family: 'asking', kind: 'ask', workflowId: id, input: {}, settings: {} },
        start: { workflowType: 'askingRun', args, taskQueue, summary: 'asks' },
        claim: undefined,
      });
      return runOf(ask, temporal.client.workflow.getHandle(id), id);
    },
    async close() {
      worker.shutdown();
      await working;
      await stack.close();
      await temporal.close();
    },
  };
}

function runOf(ask: AskingApp['ask'], handle: WorkflowHandle, id: string): AskingRun {
  return {
    id,
    handle,
    answer: (body, headers = {}) => ask(`/runs/${id}/inputs`, { method: 'POST', body, headers }),
    read: async () => (await ask(`/runs/${id}`)).body,
    async events(type) {
      const { events } = (await ask(`/runs/${id}/events`)).body as { events: { type: string }[] };
      return events.filter((event) => event.type === type);
    },
    async inbox(query = '') {
      const { approvals } = (await ask(`/approvals${query}`)).body as { approvals: { run_id: string }[] };
      return approvals.filter(({ run_id }) => run_id === id);
    },
  };
}
