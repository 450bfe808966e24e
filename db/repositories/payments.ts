import type { EntityManager } from '@mikro-orm/postgresql';
import type { PaymentStatus } from '../../schemas/core/payment.ts';
import { Payment } from '../entities.ts';
import { notHidden, type Hidden } from './hidden.ts';
import type { After } from './run-lists.ts';

export interface PaymentFilter {
  status?: PaymentStatus | undefined;
  runId?: string | undefined;
  hidden?: Hidden | undefined;
}

/** A tenant's payments, newest first. */
export async function listPayments(
  em: EntityManager,
  tenant: string,
  { status, runId, hidden }: PaymentFilter,
  after: After | undefined,
  limit: number,
): Promise<Payment[]> {
  return em.find(
    Payment,
    {
      tenant,
      ...notHidden(hidden),
      ...(status && { status }),
      ...(runId && { runId }),
      ...(after && {
        $or: [{ createdAt: { $lt: after.at } }, { createdAt: after.at, id: { $lt: after.id } }],
      }),
    },
    { orderBy: { createdAt: 'desc', id: 'desc' }, limit },
  );
}

export async function findPayment(
  em: EntityManager,
  tenant: string,
  id: string,
  hidden?: Hidden,
): Promise<Payment | null> {
  return em.findOne(Payment, { tenant, id, ...notHidden(hidden) });
}
