import {
  lastApprovals,
  stepsOf,
  type ApprovalRow,
  type InboxRow,
  type QuestionRow,
} from '../../db/repositories/run-lists.ts';
import type { RunRow, StepRow } from '../../db/repositories/runs.ts';
import { modelUsesOf, type ModelUseRow } from '../../db/repositories/usage.ts';
import { createValues, type Values } from '../../db/values.ts';
import { formatUnits } from '../../domain/money.ts';
import type { ValueRef } from '../../domain/ports/values.ts';
import { Amount } from '../../schemas/core/money.ts';
import type { InboxItem } from '../../schemas/core/api.ts';
import type { Json, JsonObject } from '../../schemas/core/json.ts';
import {
  ApprovalRecord,
  CancelRequest,
  RunError,
  RunLimits,
  RunPause,
  type ModelUse,
  type Run,
} from '../../schemas/core/run.ts';
import { CanAnswer, FormField, type QuestionRecord } from '../../schemas/core/question.ts';
import type { ApiDeps } from '../context.ts';
import { troubleOf } from '../errors.ts';
import { isoOrNull } from '../core/times.ts';
import { missingWorker, waitingOf } from './waiting.ts';
import { isObject } from '../../domain/json.ts';

/** Rows with their steps and approvals as the engine's API shows them, in the order given. */
export async function toWire(deps: ApiDeps, rows: readonly RunRow[]): Promise<Run[]> {
  const ids = rows.map((row) => row.id);
  const [steps, approvals, uses] = await Promise.all([
    stepsOf(deps.db.pool, ids),
    lastApprovals(deps.db.pool, ids),
    modelUsesOf(deps.db.pool, ids),
  ]);
  const values = createValues(deps.db.pool, deps.sealer);
  return Promise.all(
    rows.map((row) =>
      toRun(deps, values, row, {
        steps: steps.get(row.id) ?? [],
        approval: approvals.get(row.id),
        uses: uses.get(row.id) ?? [],
      }).catch((error: unknown) => toUnreadable(deps, row, error)),
    ),
  );
}

interface RunParts {
  steps: StepRow[];
  approval: ApprovalRow | undefined;
  uses: ModelUseRow[];
}

async function toRun(
  deps: ApiDeps,
  values: Values,
  row: RunRow,
  { steps, approval, uses }: RunParts,
): Promise<Run> {
  const { view } = row;
  const waiting = (await missingWorker(deps, row)) ?? waitingOf(row, steps);
  return {
    id: row.id,
    family: row.family,
    kind: row.kind,
    subject: row.subject,
    status: row.status,
    input: deps.sealer.open('run.input', row.input_sealed),
    output: await readOutput(values, view),
    error: RunError.nullable()
      .catch(null)
      .parse(view['error'] ?? null),
    cost: Amount.array()
      .catch([])
      .parse(view['cost'] ?? []),
    steps: await Promise.all(steps.map((step) => toStep(values, step))),
    ...(approval && { approval: toApproval(approval) }),
    ...(waiting && { waiting }),
    ...pauseOf(row),
    ...limitsOf(view),
    ...(uses.length > 0 && { model_use: uses.map(toUse) }),
    deadlines: stringsOf(view['deadlines']),
    ...cancelOf(view),
    created_at: row.created_at.toISOString(),
    started_at: isoOrNull(row.started_at),
    finished_at: isoOrNull(row.finished_at),
    last_seq: row.last_seq,
    temporal: { workflow_id: row.workflow_id, run_id: row.temporal_run_id, url: webUrl(deps, row) },
  };
}

/** A run of which something that was written down cannot be read: it hides no other one in a list. */
function toUnreadable(deps: ApiDeps, row: RunRow, error: unknown): Run {
  if (troubleOf(error) !== undefined) throw error; // the database is away, the row is not to blame
  deps.log.error({ err: error, run_id: row.id }, 'a run cannot be shown as it was written down');
  return {
    id: row.id,
    family: row.family,
    kind: row.kind,
    subject: row.subject,
    status: row.status,
    input: null,
    output: null,
    error: {
      code: 'UNREADABLE',
      message:
        'What was written down of this run cannot be read. Its events tell what happened; the log says why.',
      recoverable: false,
      timestamp: (row.finished_at ?? row.created_at).toISOString(),
    },
    cost: [],
    steps: [],
    deadlines: {},
    cancel_requested: false,
    created_at: row.created_at.toISOString(),
    started_at: isoOrNull(row.started_at),
    finished_at: isoOrNull(row.finished_at),
    last_seq: row.last_seq,
    temporal: { workflow_id: row.workflow_id, run_id: row.temporal_run_id, url: webUrl(deps, row) },
  };
}

const toUse = (use: ModelUseRow): ModelUse => ({
  provider: use.provider,
  model: use.model,
  input_tokens: use.input_tokens,
  output_tokens: use.output_tokens,
  told: use.told,
  cost_usd: use.cost_micro_usd === null ? null : formatUnits(use.cost_micro_usd, 6),
  at: use.at.toISOString(),
});

function pauseOf({ status, view }: RunRow): Pick<Run, 'pause'> {
  const { data: pause } = RunPause.safeParse(view['pause']);
  return status === 'paused' && pause !== undefined ? { pause } : {};
}

/** As they were told when the plan was made; only the engine writes them. */
function limitsOf({ limits }: JsonObject): Pick<Run, 'limits'> {
  if (!isObject(limits)) return {};
  const { maxCost, maxTimeMs, verifiedOnly, notFrom } = limits;
  const given = { max_cost: maxCost, max_time_ms: maxTimeMs, verified_only: verifiedOnly, not_from: notFrom };
  const { data } = RunLimits.safeParse(given);
  return data === undefined ? {} : { limits: data };
}

function cancelOf(view: JsonObject): Pick<Run, 'cancel_requested' | 'cancel'> {
  const { data: cancel } = CancelRequest.safeParse(view['cancel']);
  return { cancel_requested: cancel !== undefined, ...(cancel && { cancel }) };
}

async function toStep(values: Values, { step_id, status, data }: StepRow): Promise<Run['steps'][number]> {
  const { result } = data;
  if (!isObject(result) || result['outputRef'] === undefined) return { id: step_id, status, data };
  const { outputRef, ...shown } = result;
  const output = await readOutput(values, { outputRef });
  return { id: step_id, status, data: { ...data, result: { ...shown, output } } };
}

/**
 * The output of a projection: `output` as it is, or what `outputRef` leads to. Only we write references. An output that
 * looks like one is a service's own words, and leads nowhere.
 */
export async function readOutput(values: Values, { output, outputRef }: JsonObject): Promise<Json> {
  return isRef(outputRef) ? values.load(outputRef) : (output ?? null);
}

function isRef(value: Json | undefined): value is ValueRef & JsonObject {
  return isObject(value) && Object.keys(value).toSorted().join() === 'ref,sha256,size';
}

const stringsOf = (value: Json | undefined): Record<string, string> =>
  isObject(value)
    ? Object.fromEntries(
        Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
      )
    : {};

/** What waits for people, in the order given. */
export function toInbox({ db, sealer, log }: ApiDeps, rows: readonly InboxRow[]): Promise<InboxItem[]> {
  const values = createValues(db.pool, sealer);
  const show = async (row: InboxRow): Promise<InboxItem> => {
    if (row.kind !== 'input') return toApproval(row);
    return toQuestion(values, row).catch((error: unknown) => {
      if (troubleOf(error) !== undefined) throw error;
      log.error({ err: error, question: row.id }, 'a question cannot be shown as it was written down');
      return toQuestionRecord(row, [], { scope: 'admin' });
    });
  };
  return Promise.all(rows.map(show));
}

const toQuestion = async (values: Values, row: QuestionRow): Promise<QuestionRecord> =>
  toQuestionRecord(row, await readForm(values, row), whoMay(row));

const toQuestionRecord = (row: QuestionRow, form: FormField[], can_answer: CanAnswer): QuestionRecord => ({
  kind: 'input',
  id: row.id,
  run_id: row.run_id,
  status: row.status,
  prompt: String(row.data['prompt'] ?? ''),
  form,
  can_answer,
  expires_at: String(row.data['expires_at'] ?? ''),
  requested_at: row.requested_at.toISOString(),
  decided_at: isoOrNull(row.decided_at),
  decided_by: row.decided_by,
});

/** The form of a question. Only the engine writes the row, so it is as it should be. */
export const readForm = async (values: Values, { data }: QuestionRow): Promise<FormField[]> =>
  FormField.array().parse(await values.load(data['form'] as unknown as ValueRef));

export const whoMay = ({ data }: QuestionRow): CanAnswer => CanAnswer.parse(data['can_answer']);

export function toApproval(row: ApprovalRow): ApprovalRecord {
  const { data } = row;
  const text = (name: string): string => (typeof data[name] === 'string' ? data[name] : '');
  const payees = data['payees'];
  return {
    kind: 'approval',
    id: row.id,
    run_id: row.run_id,
    status: row.status,
    reason: text('reason'),
    plan_hash: text('plan_hash'),
    maximum: Amount.nullable()
      .catch(null)
      .parse(data['maximum'] ?? null),
    payees: Array.isArray(payees) ? payees.filter((payee) => typeof payee === 'string') : [],
    ...optional(data, 'paid_again'),
    ...optional(data, 'needs'),
    ...optional(data, 'conflict'),
    ...optional(data, 'understanding'),
    expires_at: text('expires_at') || null,
    requested_at: row.requested_at.toISOString(),
    decided_at: isoOrNull(row.decided_at),
    decided_by: row.decided_by,
  };
}

/** What only some approvals have, where it is as it should be. */
function optional<K extends 'paid_again' | 'needs' | 'conflict' | 'understanding'>(
  data: JsonObject,
  name: K,
): Pick<ApprovalRecord, K> {
  const parsed = ApprovalRecord.shape[name].safeParse(data[name]);
  return (parsed.success && parsed.data !== undefined ? { [name]: parsed.data } : {}) as Pick<
    ApprovalRecord,
    K
  >;
}

/** The run in the Temporal Web UI. */
export function webUrl(
  { settings }: ApiDeps,
  row: Pick<RunRow, 'workflow_id' | 'temporal_run_id'>,
): string | null {
  if (settings.temporalUiUrl === null) return null;
  const base = `${settings.temporalUiUrl.replace(/\/$/, '')}/namespaces/${encodeURIComponent(settings.temporalNamespace)}`;
  const run = row.temporal_run_id === null ? '' : `/${row.temporal_run_id}/history`;
  return `${base}/workflows/${encodeURIComponent(row.workflow_id)}${run}`;
}
