import { OMNI_EVENTS } from '../../../domain/omni/events.ts';
import type {
  CallDecision,
  CallResult,
  ChatInput,
  ProviderOutcome,
  TurnCall,
} from '../../../domain/omni/ports.ts';
import type { ValueRef } from '../../../domain/ports/values.ts';
import type { JsonObject } from '../../../schemas/core/json.ts';
import { makePayment, type PaymentEnd } from '../../engine/payment.ts';
import type { Run } from '../../engine/run.ts';
import { calling, local, money } from './proxies.ts';

type Chat = Run<ChatInput>;

/** Sending the same bytes again, while they may land. */
const SENDS = { maxAttempts: 5, initialDelayMs: 500, backoffMultiplier: 2, maxDelayMs: 10_000 };

/** Policy and hold, payment, provider: one tool call, and what became of it (omni.md, section 4). */
export async function makeCall(run: Chat, call: TurnCall): Promise<CallResult> {
  const { step, tool } = call;
  run.journal.emit({
    key: `step.started:${step}`,
    type: 'step.started',
    data: { step, tool, service_id: call.serviceId },
    step: { id: step, status: 'running', data: { tool, service_id: call.serviceId } },
  });
  const { kind, output } = await carryOut(run, call);
  tell(run, step, kind, output);
  return { step, tool, output, failed: kind === 'failed' };
}

async function carryOut(run: Chat, call: TurnCall): Promise<ProviderOutcome> {
  if (call.problem !== undefined) return failed(run, { error: 'Tool Input Invalid', reason: call.problem });
  const { runId } = run.input;
  const decision = await run.journal.ride((ride) =>
    money().decideCall.executeWithOptions({ summary: `${call.step}: ask the policy` }, [
      { ride, runId, call },
    ]),
  );
  tellDecision(run, call, decision);
  switch (decision.action) {
    case 'REJECTED':
      return failed(run, { error: 'Policy Rejected', reason: decision.reason });
    case 'DOWNGRADED':
      return run.journal.ride((ride) =>
        local().summariseCall.executeWithOptions({ summary: `${call.step}: keep a summary` }, [
          { ride, runId, call, decision },
        ]),
      );
    case 'ALLOWED':
      return decision.intentId === undefined
        ? failed(run, { error: 'Payment Failed', reason: decision.reason })
        : pay(run, call, decision, decision.intentId);
  }
}

/** The payment is followed to a known state whatever happens; only what is paid is asked for. */
async function pay(
  run: Chat,
  call: TurnCall,
  decision: CallDecision,
  intentId: string,
): Promise<ProviderOutcome> {
  const { settings, runId } = run.input;
  delete run.closing.moneyless;
  const payer = { act: run.act.money, ride: run.journal.ride, stop: run.stop };
  const end = await makePayment(payer, {
    intentId,
    labels: { of: call.step, sign: `sign ${decision.cost} MNEE`, send: 'pay' },
    limits: {
      lookEveryMs: settings.reconcileIntervalMs,
      giveUpMs: settings.reconcileGiveUpMs,
      sends: SENDS,
    },
    until: 'answer',
    carry: (sent) => ({ attempt: sent + 1 }),
  });
  const txHash = end.kind === 'settled' ? end.txHash : null;
  tellTransaction(run, call, decision, intentId, { end, txHash });
  if (txHash === null)
    return failed(run, { error: 'Payment Failed', reason: whyUnpaid(run, call, end, intentId) });
  return run.journal.ride((ride) =>
    calling().callProvider.executeWithOptions({ summary: `${call.step}: call ${call.serviceId}` }, [
      { ride, runId, call, decision, payment: { txHash, intentId } },
    ]),
  );
}

function whyUnpaid(run: Chat, { step }: TurnCall, end: PaymentEnd, intentId: string): string {
  switch (end.kind) {
    case 'refused':
    case 'void':
      return end.message;
    case 'unsent':
      return 'The chat was stopped before the payment was sent.';
    case 'landed':
    case 'settled':
      return 'The payment was made, but its transaction is not known.';
    case 'unknown':
      run.needsAttention(
        'payment_unknown',
        `Whether the payment of ${step} was made is not known; its hold stays.`,
        {
          step,
          intentId,
        },
      );
      return 'Whether the payment was made is not known yet; what is held for it stays held.';
  }
}

function tellDecision(run: Chat, { step }: TurnCall, { log, alerts }: CallDecision): void {
  run.journal.emit({
    key: `policy.decided:${step}`,
    type: OMNI_EVENTS.decided,
    data: { step, ...log },
    step: { id: step, data: { policy: log, consent: consentOf(log) } },
  });
  for (const alert of alerts)
    run.journal.emit({ key: `alert.raised:${alert.id}`, type: OMNI_EVENTS.alert, data: { ...alert } });
}

/** What allowed the payment, in the words of a receipt. */
const consentOf = (log: JsonObject): JsonObject => ({
  action: log['action'] ?? null,
  rule: log['reason_code'] ?? null,
  words: log['reason'] ?? null,
  at: log['timestamp'] ?? null,
});

/** As `GET /transactions` shows it. */
function tellTransaction(
  run: Chat,
  { step }: TurnCall,
  { log, cost, taskId, callHash, mock }: CallDecision,
  paymentId: string,
  { end, txHash }: { end: PaymentEnd; txHash: string | null },
): void {
  const paid = mock ? 'MOCK' : 'SUCCESS';
  const status = end.kind === 'settled' ? paid : end.kind === 'unknown' ? 'PENDING' : 'FAILED';
  const data: JsonObject = {
    step,
    agent_id: log['agent_id'] ?? null,
    service_id: log['service_id'] ?? null,
    task_id: taskId,
    amount: cost,
    tx_hash: txHash,
    status,
    service_call_hash: callHash,
    payment_id: paymentId,
  };
  run.journal.emit({ key: `transaction.recorded:${step}`, type: OMNI_EVENTS.transaction, data });
}

async function failed(run: Chat, value: JsonObject): Promise<ProviderOutcome> {
  const { runId } = run.input;
  const output = await run.journal.ride((ride) =>
    local().noteResult.executeWithOptions({ summary: 'note what failed' }, [{ ride, runId, value }]),
  );
  return { kind: 'failed', output };
}

function tell({ journal }: Chat, step: string, kind: ProviderOutcome['kind'], output: ValueRef): void {
  const shown: JsonObject = 'inline' in output ? { output: output.inline } : { outputRef: { ...output } };
  const isDone = kind === 'ok';
  const result: JsonObject = { stepId: step, success: isDone, ...shown };
  journal.emit({
    key: `step.${isDone ? 'completed' : 'failed'}:${step}`,
    type: isDone ? 'step.completed' : 'step.failed',
    data: { step, result },
    step: { id: step, status: isDone ? 'completed' : 'failed', data: { result } },
  });
}
