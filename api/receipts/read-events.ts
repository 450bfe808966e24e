import type { Queryable } from '../../db/ledger.ts';
import { readRunEvents, type EventRow } from '../../db/repositories/events.ts';
import type { Plan } from '../../domain/plan/plan.ts';
import { GENESIS } from '../../domain/receipts/check.ts';
import type { Json } from '../../schemas/core/json.ts';
import { PaymentStatus } from '../../schemas/core/payment.ts';
import { toRunEvent } from '../core/event-frames.ts';
import { hashJson } from './hash.ts';
import { isObject } from '../../domain/json.ts';

/** What a run's events say, read once from the first to the last. */
export interface EventFacts {
  count: number;
  last_seq: number;
  hash: string;
  /** Plans by their hash, in the order in which they were told. */
  plans: Map<string, Plan>;
  /** `seq` of the event that granted a plan, by its hash. */
  granted: Map<string, number>;
  /** `seq` of the event that told a payment's signature, by intent. */
  signed: Map<string, number>;
  /** The last state told of a payment, by intent. */
  told: Map<string, PaymentStatus>;
}

const PAGE = 1000;

export async function readFacts(db: Queryable, runId: string): Promise<EventFacts> {
  const facts: EventFacts = {
    count: 0,
    last_seq: 0,
    hash: GENESIS,
    plans: new Map(),
    granted: new Map(),
    signed: new Map(),
    told: new Map(),
  };
  for (;;) {
    const rows = await readRunEvents(db, new Map([[runId, facts.last_seq]]), PAGE);
    for (const row of rows) note(facts, row);
    if (rows.length < PAGE) return facts;
  }
}

function note(facts: EventFacts, row: EventRow): void {
  facts.hash = hashJson({ previous: facts.hash, event: toRunEvent(row) });
  facts.count += 1;
  facts.last_seq = row.seq;
  const { plan, planHash, payment } = row.data;
  if (isPlan(plan)) facts.plans.set(plan.planHash, plan);
  if (row.type === 'approval.granted' && typeof planHash === 'string') facts.granted.set(planHash, row.seq);
  const intent = isObject(payment) ? payment['intentId'] : undefined;
  const [kind, state] = row.type.split('.');
  if (kind !== 'payment' || typeof intent !== 'string') return;
  facts.told.set(intent, PaymentStatus.parse(state));
  if (state === 'signed') facts.signed.set(intent, row.seq);
}

/** The engine writes plans whole; whatever else an event calls a plan is not one. */
export const isPlan = (value: unknown): value is Plan & { [key: string]: Json } =>
  typeof value === 'object' && value !== null && 'planHash' in value && 'steps' in value;
