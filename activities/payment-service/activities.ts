import type { JobActivities, PaymentWatchActivities } from '../../domain/masumi/ports/jobs.ts';
import { authorizeRefund } from './authorize-refund.ts';
import { readPayment, requestPayment } from './request-payment.ts';
import { findSubmitted, submitResult } from './submit-result.ts';
import { watchPayments } from './watch.ts';
import type { MasumiDeps } from './tools.ts';

export type MasumiActivities = PaymentWatchActivities &
  Pick<
    JobActivities,
    'requestPayment' | 'readPayment' | 'submitResult' | 'findSubmitted' | 'authorizeRefund'
  >;

export function createMasumiActivities(deps: MasumiDeps): MasumiActivities {
  return {
    requestPayment: (request) => requestPayment(deps, request),
    readPayment: (request) => readPayment(deps, request),
    submitResult: (request) => submitResult(deps, request),
    findSubmitted: (request) => findSubmitted(deps, request),
    authorizeRefund: (request) => authorizeRefund(deps, request),
    watchPayments: () => watchPayments(deps),
  };
}
