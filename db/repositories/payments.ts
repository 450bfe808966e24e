import type { EntityManager } from '@mikro-orm/postgresql';
import type { PaymentKind, PaymentStatus } from '../../schemas/core/payment.ts';
import { Payment } from '../entities.ts';
import { notHidden, type Hidden } from './hidden.ts';
import type { After } from './run-lists.ts';

export interface PaymentFilter {
  kind: PaymentKind;
  status?: PaymentStatus | undefined;
  runId?: string | undefined;
  hidden?: Hidden | undefined;
  /** Only open payments that are older than this, the oldest first. */
  stuckForMs?: number | undefined;
}

/** A tenant's payments of one kind, newest first; stuck ones oldest first. */
export async function listPayments(
  em: EntityManager,
  tenant: string,
  { kind, status, runId, hidden, stuckForMs }: PaymentFilter,
  after: After | undefined,
  limit: number,
): Promise<Payment[]> {
  const order = stuckForMs === undefined ? 'desc' : 'asc';
  return em.find(
    Payment,
    {
      tenant,
      kind,
      ...notHidden(hidden),
      ...(status && { status }),
      ...(runId && { runId }),
      $and: [
        stuckForMs === undefined ? {} : stuckSince(new Date(Date.now() - stuckForMs)),
        after === undefined ? {} : beyond(after, stuckForMs === undefined ? '$lt' : '$gt'),
      ],
    },
    { orderBy: { createdAt: order, id: order }, limit },
  );
}

const beyond = ({ at, id }: After, side: '$lt' | '$gt') => ({
  $or: [{ createdAt: { [side]: at } }, { createdAt: at, id: { [side]: id } }],
});

const stuckSince = (time: Date) => ({
  createdAt: { $lt: time },
  $or: [{ status: { $in: ['signed', 'submitted', 'unknown'] } }, { status: 'settled', finalized: false }],
});

export async function findPayment(
  em: EntityManager,
  tenant: string,
  id: string,
  hidden?: Hidden,
): Promise<Payment | null> {
  return em.findOne(Payment, { tenant, id, ...notHidden(hidden) });
}
