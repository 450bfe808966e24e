import { createHash } from 'node:crypto';
import { id as keccakOfText } from 'ethers';
import type pg from 'pg';
import { findCall, insertCall, type CallRow, type NewCall } from '../../db/omni/calls.ts';
import { readFacts, type Asked } from '../../db/omni/facts.ts';
import { findService, type ServiceStanding } from '../../db/omni/standing.ts';
import { callText } from '../../domain/omni/call-hash.ts';
import { MNEE_DECIMALS } from '../../domain/omni/config.ts';
import { toMnee } from '../../domain/omni/money.ts';
import type { CallDecision, CallRef, RaisedAlert } from '../../domain/omni/ports.ts';
import { decide } from '../../domain/omni/policy/decide.ts';
import type { PolicyDecision, PolicyFacts } from '../../domain/omni/policy/facts.ts';
import { toRecord } from '../../domain/omni/policy/recorded.ts';
import { formatUnits } from '../../domain/money.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import type { BudgetAlert, HoldFunds, HoldJudge } from '../payments/judged-hold.ts';
import { freeOf } from './free-funds.ts';
import { keptCall, openChat, type KeptCall } from './turns.ts';
import type { OmniDeps } from './tools.ts';

const QUANTITY = 1;
const MOST_SECONDS = 600;

/** One call that is decided about. */
interface Case {
  runId: string;
  call: KeptCall;
  agentId: string;
  taskId: string;
  callHash: string;
  asked: Asked;
}

/**
 * Policy and hold in one transaction (omni.md, section 3). A crash before its commit leaves nothing, and the next try decides
 * anew; after it the decision is there with its hold, and the next try answers it.
 */
export async function decideCall(deps: OmniDeps, { runId, call: { step } }: CallRef): Promise<CallDecision> {
  const known = await findCall(deps.db.pool, runId, step);
  if (known !== undefined) return toDecision(deps, known);
  const one = await readCase(deps, runId, step);
  const service = await findService(deps.db.pool, deps.tenant, one.call.serviceId);
  if (service === undefined)
    await deps.db.transaction((client) =>
      decideUnpaid(client, one, { ledger: 0n, chain: null, promised: 0n }),
    );
  else await deps.pay.reserve(orderOf(deps, one, service), judgeOf(one));
  return toDecision(deps, (await findCall(deps.db.pool, runId, step))!);
}

async function readCase(deps: OmniDeps, runId: string, step: string): Promise<Case> {
  const [{ agentId }, call] = [await openChat(deps, runId), await keptCall(deps, runId, step)];
  const taskId = taskOf(runId, step);
  const { serviceId, input } = call;
  const callHash = createHash('sha256')
    .update(callText(serviceId, agentId, taskId, input))
    .digest('hex');
  const asked = { tenant: deps.tenant, agentId, serviceId, quantity: QUANTITY };
  return { runId, call, agentId, taskId, callHash, asked };
}

/** Each call has a task of its own, because the router does not look whether one was paid before. */
export const taskOf = (runId: string, step: string): string => `${runId}-${step.replace(/^call-/, '')}`;

const orderOf = (
  { pay }: OmniDeps,
  { runId, call, agentId, taskId, callHash }: Case,
  service: ServiceStanding,
) => ({
  runId,
  stepId: call.step,
  generation: 1,
  asset: pay.asset,
  amount: (service.unitPrice * BigInt(QUANTITY)).toString(),
  payTo: service.providerAddress,
  maxTimeoutSeconds: MOST_SECONDS,
  budgetService: service.id,
  service: {
    serviceId: keccakOfText(service.id),
    agentId,
    taskId,
    quantity: String(QUANTITY),
    serviceCallHash: `0x${callHash}`,
  },
});

function judgeOf(one: Case): HoldJudge {
  let allowed: { facts: PolicyFacts; decision: PolicyDecision } | undefined;
  return {
    async judge(client, funds) {
      if ((await findCall(client, one.runId, one.call.step)) !== undefined) return 'decline';
      const facts = await readFacts(client, one.asked, freeOf(funds));
      const decision = decide(facts);
      if (decision.action === 'ALLOWED') {
        allowed = { facts, decision };
        return 'hold';
      }
      await insertCall(client, rowOf(one, facts, decision));
      return 'decline';
    },
    async held(client, { intentId, alerts }) {
      const { facts, decision } = allowed!;
      const raised = alerts.map((alert) => toAlert(one.agentId, alert));
      await insertCall(client, {
        ...rowOf(one, facts, decision),
        payment_id: intentId,
        alerts: raised as unknown as JsonObject[],
      });
    },
    async overruled(client, refused) {
      const facts = allowed?.facts ?? (await readFacts(client, one.asked, () => null));
      const reasonCode = refused.reason === 'budget_exhausted' ? 'BUDGET_EXCEEDED' : 'TREASURY_INSUFFICIENT';
      const decision = { ...decide(facts), action: 'REJECTED' as const, reasonCode, reason: refused.message };
      await insertCall(client, rowOf(one, facts, decision as PolicyDecision));
    },
  };
}

async function decideUnpaid(client: pg.PoolClient, one: Case, funds: HoldFunds): Promise<void> {
  const facts = await readFacts(client, one.asked, freeOf(funds));
  await insertCall(client, rowOf(one, facts, decide(facts)));
}

const rowOf = (
  { runId, call, agentId, taskId, callHash, asked }: Case,
  facts: PolicyFacts,
  { action, reasonCode, reason, cost, effectiveServiceId, riskLevel }: PolicyDecision,
): NewCall => ({
  tenant: asked.tenant,
  run_id: runId,
  step_id: call.step,
  agent_id: agentId,
  service_id: asked.serviceId,
  effective_service_id: effectiveServiceId,
  quantity: asked.quantity,
  action,
  reason_code: reasonCode,
  reason: reason.slice(0, 1000),
  cost: cost.toString(),
  risk_level: riskLevel,
  facts: toRecord(facts),
  task_id: taskId,
  service_call_hash: action === 'ALLOWED' ? callHash : null,
  payment_id: null,
  alerts: [],
});

const toAlert = (agentId: string, { id, share, used, cap }: BudgetAlert): RaisedAlert => ({
  id,
  agent_id: agentId,
  threshold: share,
  spent: used,
  budget: cap,
});

function toDecision({ pay }: Pick<OmniDeps, 'pay'>, row: CallRow): CallDecision {
  const cost = toMnee(BigInt(row.cost));
  return {
    action: row.action,
    log: {
      timestamp: row.at.toISOString(),
      agent_id: row.agent_id,
      service_id: row.effective_service_id,
      action: row.action,
      reason: row.reason,
      reason_code: row.reason_code,
      cost: formatUnits(row.cost, MNEE_DECIMALS),
      risk_level: row.risk_level,
      task_id: row.task_id,
    },
    reason: row.reason,
    effectiveServiceId: row.effective_service_id,
    cost,
    taskId: row.task_id,
    callHash: row.service_call_hash,
    mock: pay.mode === 'mock',
    ...(row.payment_id !== null && { intentId: row.payment_id }),
    alerts: row.alerts as unknown as RaisedAlert[],
  };
}
