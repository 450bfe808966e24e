import { pinHead, readHead } from '../../db/repositories/audit-anchors.ts';
import { bookedForRun, paidByRun } from '../../db/repositories/receipts.ts';
import { approvalsOf } from '../../db/repositories/run-lists.ts';
import { listSteps, type RunRow } from '../../db/repositories/runs.ts';
import { createValues } from '../../db/values.ts';
import { isFinal } from '../../domain/receipts/closing.ts';
import { isTerminal } from '../../domain/run-states.ts';
import { Amount } from '../../schemas/core/money.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import type { Receipt, ReceiptBodies } from '../../schemas/core/receipt.ts';
import { RunError } from '../../schemas/core/run.ts';
import type { Ctx } from '../context.ts';
import { ApiError } from '../problem.ts';
import { requireRun } from '../runs/commands.ts';
import { readOutput } from '../runs/to-wire.ts';
import {
  approvalBody,
  consentOf,
  paymentBody,
  planBody,
  refundsBody,
  runBody,
  transferBody,
} from './bodies.ts';
import { sealReceipt } from './chain.ts';
import { hashJson } from './hash.ts';
import { createReceiptSigner } from './key.ts';
import { isPlan, readFacts, type EventFacts } from './read-events.ts';

/** The receipt of an ended run that the caller may see. */
export async function issueReceipt(ctx: Ctx, id: string): Promise<Receipt> {
  const run = await requireRun(ctx, id);
  if (!isTerminal(run.status))
    throw new ApiError(
      'run_not_ended',
      `The run is ${run.status}; ask for its receipt when it is completed, failed or cancelled.`,
    );
  const found = await collect(ctx, run);
  const bodies = { ...found, audit: await auditHead(ctx, run, isFinal(found)) };
  return sealReceipt(bodies, createReceiptSigner(ctx.deps.sealer));
}

/** A final receipt never changes, so the head that it names is stored. Any other receipt names the newest head. */
async function auditHead({ deps }: Ctx, run: RunRow, final: boolean): Promise<ReceiptBodies['audit']> {
  const db = deps.db.pool;
  const head = await (final ? pinHead(db, run) : readHead(db, run.tenant));
  return { head: head && { ...head, at: head.at.toISOString() } };
}

/**
 * Reads everything in one snapshot. A payment that becomes final meanwhile is final in the books as well, or in
 * neither.
 */
function collect({ deps }: Ctx, run: RunRow): Promise<Omit<ReceiptBodies, 'audit'>> {
  return deps.db.transaction(async (client) => {
    await client.query('set transaction isolation level repeatable read read only');
    const facts = await readFacts(client, run.id);
    const approvals = await approvalsOf(client, run.id);
    const payments = await paidByRun(client, run.id);
    const booked = await bookedForRun(client, run.id);
    const steps = await listSteps(client, run.id);
    const output = await readOutput(createValues(client, deps.sealer), run.view);
    return {
      run: runBody(run, hashJson(deps.sealer.open('run.input', run.input_sealed))),
      plan: planBody(plansOf(facts, run.view), run.view),
      approvals: { approvals: approvals.map((row) => approvalBody(row, run.view, facts)) },
      payments: {
        payments: payments.map((row) => paymentBody(row, facts, consentOf(run, steps, row.step_id))),
      },
      ledger: { transfers: booked.map(transferBody) },
      refunds: refundsBody(booked, steps),
      result: {
        ...endOf(run.view),
        output_hash: hashJson(output),
        steps: steps.map(({ step_id, status }) => ({ id: step_id, status })),
      },
      events: { count: facts.count, last_seq: facts.last_seq, hash: facts.hash },
    };
  });
}

/**
 * The events have all plans that were announced or approved. The view also has a plan that was only asked for at the
 * end.
 */
function plansOf({ plans }: EventFacts, { plan }: JsonObject) {
  const all = new Map(plans);
  if (isPlan(plan)) all.set(plan.planHash, plan);
  return [...all.values()].toSorted((one, other) => one.revision - other.revision);
}

function endOf(view: JsonObject): Pick<ReceiptBodies['result'], 'cost' | 'error'> {
  const error = RunError.safeParse(view['error']).data;
  return {
    cost: Amount.array()
      .catch([])
      .parse(view['cost'] ?? []),
    error: error ? { code: error.code, message: error.message, step_id: error.stepId ?? null } : null,
  };
}
