import type { DirectPaymentActivities } from '../../domain/ports/direct-payments.ts';
import type { PaymentDecisionActivities } from '../../domain/ports/payment-decisions.ts';
import type { PaymentActivities } from '../../domain/ports/payments.ts';
import { afterRide } from '../journal/ride.ts';
import { decideIntent } from './decide.ts';
import { prepareDirect } from './direct-order.ts';
import { isFunded, roomFor } from './funds.ts';
import { reconcileIntent } from './reconcile.ts';
import { signIntent } from './sign.ts';
import { submitIntent } from './submit.ts';
import { sweep } from './sweep.ts';
import { withDefaults, type PaymentDeps } from './tools.ts';

/** Quote, sign and submit are three durable steps (architecture decision 4); the quote is taken by the calling side. */
export function createPaymentActivities(
  deps: PaymentDeps,
): PaymentActivities & DirectPaymentActivities & PaymentDecisionActivities {
  const tools = withDefaults(deps);
  return {
    prepareDirectPayment: (order) => afterRide(tools.journal, order.ride, () => prepareDirect(tools, order)),
    signPayment: (request) => afterRide(tools.journal, request.ride, () => signIntent(tools, request)),
    submitPayment: (request) => afterRide(tools.journal, request.ride, () => submitIntent(tools, request)),
    checkFunds: async ({ intentId }) => ({ funded: await isFunded(tools, intentId) }),
    checkRoom: async ({ intentId }) => ({ room: await roomFor(tools, intentId) }),
    reconcilePayment: ({ ride, intentId }) =>
      afterRide(tools.journal, ride, () => reconcileIntent(tools, intentId)),
    decidePayment: (order) => decideIntent(tools, order),
    sweepPayments: ({ limit }) => sweep(tools, limit),
  };
}
