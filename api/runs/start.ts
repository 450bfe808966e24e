import { WorkflowExecutionAlreadyStartedError, type WorkflowStartOptions } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType, type SearchAttributePair } from '@temporalio/common';
import { bindRun } from '../../db/repositories/idempotency.ts';
import { getRun, insertRun, markStart, type NewRun, type RunRow } from '../../db/repositories/runs.ts';
import type { ApiDeps } from '../context.ts';
import { isUnavailable, unavailable } from '../errors.ts';
import type { Claim } from '../middleware/claim.ts';
import { ClaimLost } from '../middleware/idempotency.ts';
import { ApiError } from '../problem.ts';
import type { StartableRun, StartRequest, WorkflowStart } from './start-request.ts';

type StartDeps = Pick<ApiDeps, 'db' | 'sealer' | 'temporal' | 'settings' | 'log' | 'checkpoint'>;

/**
 * Creates a run and starts its workflow: the rows first, in one transaction, so that the database alone decides what
 * is a duplicate (architecture decision 2). Answers the run's id, which is an earlier one when the same request tried
 * before. Throws `unavailable` with `run_id` when Temporal's answer is not known; the same request may claim it then. A try
 * that another one has overtaken creates nothing and throws `ClaimLost`.
 */
export async function startRun(
  deps: StartDeps,
  { run, start, claim, within }: StartRequest,
): Promise<{ runId: string; created: boolean }> {
  const earlier = claim?.runId ? await getRun(deps.db.pool, claim.runId) : undefined;
  const row = earlier ?? (await createRun(deps, run, claim, within));
  await deps.checkpoint?.('run.committed');
  if (row.start_state !== 'started')
    await beginRun(deps, row, typeof start === 'function' ? start(row) : start, claim);
  await deps.checkpoint?.('workflow.started');
  return { runId: row.id, created: earlier === undefined };
}

/** A start that was called off has released its Idempotency-Key, so the next claim of that key makes another run. */
async function beginRun(
  deps: StartDeps,
  row: StartableRun,
  start: WorkflowStart,
  claim: Claim | undefined,
): Promise<void> {
  if ((await startWorkflow(deps, row, start)) === 'running') return;
  if (claim !== undefined) throw new ClaimLost();
  throw new ApiError('unavailable', 'The run was called off before it could start. Send the request again.', {
    members: { run_id: row.id },
  });
}

async function createRun(
  deps: StartDeps,
  run: NewRun,
  claim: Claim | undefined,
  within: StartRequest['within'],
): Promise<StartableRun & { start_state: RunRow['start_state'] }> {
  const insert = async (db: Parameters<typeof insertRun>[0]): Promise<void> => {
    if (!(await insertRun(db, deps.sealer, run)))
      throw new ApiError('run_exists', `A run with the id ${run.id} exists already.`);
  };
  if (claim === undefined && within === undefined) await insert(deps.db.pool);
  else
    await deps.db.transaction(async (client) => {
      if (claim !== undefined && !(await bindRun(client, claim, run.id))) throw new ClaimLost();
      await deps.checkpoint?.('claim.bound');
      await insert(client);
      await within?.(client);
      await deps.checkpoint?.('run.inserted');
    });
  if (claim) claim.runId = run.id;
  return { ...run, workflow_id: run.workflowId, start_state: 'pending' };
}

/**
 * Safe to repeat: a workflow id is started only once. `called_off`: the start was given up while this try was held up. A
 * workflow that it started nevertheless is told to end, here and by the sweep, until it has.
 */
export async function startWorkflow(
  deps: StartDeps,
  row: StartableRun,
  start: WorkflowStart,
): Promise<'running' | 'called_off'> {
  try {
    const temporalRunId = await requestStart(deps, row, start);
    // Lost marks do no harm: the first event marks the run as well, and the sweeper looks at what is left.
    const state = await markStart(
      deps.db.pool,
      row.id,
      'started',
      temporalRunId,
      deps.settings.temporalNamespace,
    ).catch((error: unknown) =>
      deps.log.warn({ err: error, run_id: row.id }, 'marking the run as started failed'),
    );
    if (state !== 'abandoned') return 'running';
    await deps.temporal.workflow.getHandle(row.workflow_id).cancel();
    return 'called_off';
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    const state = await markStart(deps.db.pool, row.id, 'start_unknown', null).catch(() => undefined);
    if (state === 'started') return 'running'; // another process knows that it runs
    if (state === 'abandoned') return 'called_off';
    const refusal = unavailable(
      'The run was created, but whether it has started is not known. Send the same request again within 60 seconds.',
    );
    throw new ApiError(refusal.code, refusal.message, {
      headers: refusal.headers,
      members: { run_id: row.id },
    });
  }
}

async function requestStart(
  deps: StartDeps,
  row: StartableRun,
  start: WorkflowStart,
): Promise<string | null> {
  const options: WorkflowStartOptions = {
    workflowId: row.workflow_id,
    taskQueue: start.taskQueue,
    args: start.args,
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
    typedSearchAttributes: [...engineAttributes(row), ...(start.searchAttributes ?? [])],
    priority: { fairnessKey: row.tenant.slice(0, 64) },
    ...(start.summary !== undefined && { staticSummary: start.summary.slice(0, 200) }),
    ...(deps.settings.eagerStart && { requestEagerStart: true }),
  };
  try {
    const begin = (): Promise<{ firstExecutionRunId: string }> =>
      deps.temporal.workflow.start(start.workflowType, options);
    return (await deps.temporal.withDeadline(Date.now() + deps.settings.commandTimeoutMs, begin))
      .firstExecutionRunId;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return null;
    throw error;
  }
}

const KEYWORD = SearchAttributeType.KEYWORD;
const FAMILY = defineSearchAttributeKey('StewardFamily', KEYWORD);
const TENANT = defineSearchAttributeKey('StewardTenant', KEYWORD);
const SUBJECT = defineSearchAttributeKey('StewardSubject', KEYWORD);
const STATUS = defineSearchAttributeKey('StewardStatus', KEYWORD);

const engineAttributes = ({ family, tenant, subject }: StartableRun): SearchAttributePair[] => [
  { key: FAMILY, value: family },
  { key: TENANT, value: tenant },
  { key: SUBJECT, value: subject },
  { key: STATUS, value: 'created' },
];
