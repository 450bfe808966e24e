import type { Queryable } from '../../db/ledger.ts';
import { getRun, type RunRow } from '../../db/repositories/runs.ts';
import { isObject } from '../../domain/json.ts';
import type { Authority } from '../../domain/messages.ts';
import type { Grant } from '../../domain/plan/approval-state.ts';
import type { Plan, SpendLimits } from '../../domain/plan/plan.ts';
import { detailName } from '../../domain/plan/understanding/detail.ts';
import type { Understanding } from '../../domain/plan/understanding/understanding.ts';
import type { PlanNeedsDetail, PlanOutcome, PlanRequest } from '../../domain/ports/planning.ts';
import { questionId } from '../../domain/questions/question.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import { WalletProof } from '../../schemas/core/receipt.ts';

type Planned = Extract<PlanOutcome, { kind: 'planned' }>;

/**
 * What a run has of a plan already. Somebody has reset its workflow, or a worker died before it had noted down what this activity
 * answered: the run goes on from its journal, with the plan that people saw and what they approved, and not from nothing. What they
 * are asked stays the same, too. Undefined where nobody has seen either yet.
 */
export async function takeUp(
  db: Queryable,
  runId: string,
  answers: PlanRequest['answers'] = [],
): Promise<Planned | Extract<PlanOutcome, { kind: 'over' | 'undoing' | 'needs_detail' }> | undefined> {
  const run = await getRun(db, runId);
  if (run === undefined) return undefined;
  const { status, view } = run;
  if (status === 'completed' || status === 'failed' || status === 'cancelled')
    return { kind: 'over', status };
  if (status === 'compensating') return { kind: 'undoing' };
  const plan = isObject(view['plan']) ? (view['plan'] as unknown as Plan) : undefined;
  const { intent, model } = view as unknown as Partial<Pick<Planned, 'intent' | 'model'>>;
  if (plan === undefined || intent === undefined) return askedAlready(db, run, answers.length + 1);
  const { limits } = view;
  const granted = await readGrant(db, run, plan);
  return {
    kind: 'planned',
    plan,
    cached: false,
    seen: true,
    model: model ?? 'offline',
    intent,
    ...(isObject(limits) && { limits }),
    ...(granted === undefined ? {} : { granted }),
  };
}

/** People see this round's question now: another form would make what they fill in worthless. */
async function askedAlready(
  db: Queryable,
  { id, status, view }: RunRow,
  round: number,
): Promise<PlanNeedsDetail | undefined> {
  const { question, understanding } = view;
  if (status !== 'awaiting_input' || question !== detailName(round) || !isObject(understanding))
    return undefined;
  const { rows } = await db.query<{ prompt: string | null }>(
    `select data ->> 'prompt' as prompt from approval where id = $1`,
    [questionId(id, question)],
  );
  return {
    kind: 'needs_detail',
    message: rows[0]?.prompt ?? '',
    understanding: understanding as unknown as Understanding,
  };
}

/** What the record of the plan's approval says that was allowed. */
async function readGrant(db: Queryable, run: RunRow, plan: Plan): Promise<Grant | undefined> {
  const { rows } = await db.query<{ data: JsonObject; decided_by: string | null }>(
    `select data, decided_by from approval where id = $1 and run_id = $2 and status = 'approved'`,
    [`${run.id}:${plan.revision}`, run.id],
  );
  const { data, decided_by: by } = rows[0] ?? {};
  const granted = data?.['granted'];
  if (data?.['plan_hash'] !== plan.planHash || !isObject(granted) || by == null) return undefined;
  const { limits } = granted;
  const expiresAtMs = Date.parse(String(granted['expires_at']));
  if (!isObject(limits) || Number.isNaN(expiresAtMs)) return undefined;
  const { data: proof } = WalletProof.safeParse(granted['proof']);
  const { authority } = data;
  return {
    planHash: plan.planHash,
    limits: limits as unknown as SpendLimits,
    expiresAtMs,
    by,
    ...(isObject(authority) && { authority: authority as unknown as Authority }),
    ...(proof && { proof }),
  };
}
