import type { CreatePaymentRequest } from '../../schemas/families/masumi/payment-service.ts';
import type { Times } from './deal.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** A date without a zone is read as UTC, whatever the machine's zone. */
const readTime = (text: string): number =>
  Date.parse(/T/.test(text) && !/(Z|[+-]\d\d:\d\d)$/.test(text) ? `${text}Z` : text);

/** The times of a request, with the defaults of the payment service. */
export function readTimes(request: CreatePaymentRequest): Times {
  const submitResultTime = readTime(request.submitResultTime);
  const { unlockTime, externalDisputeUnlockTime } = request;
  return {
    payByTime: readTime(request.payByTime),
    submitResultTime,
    unlockTime: unlockTime === undefined ? submitResultTime + 6 * HOUR_MS : readTime(unlockTime),
    externalDisputeUnlockTime:
      externalDisputeUnlockTime === undefined
        ? submitResultTime + 12 * HOUR_MS
        : readTime(externalDisputeUnlockTime),
  };
}

/** Why these times are refused; undefined when they are fine (masumi.md section 2, "Deadlines"). */
export function refuseTimes(times: Times, now: number): string | undefined {
  const { payByTime, submitResultTime, unlockTime, externalDisputeUnlockTime } = times;
  if (payByTime > submitResultTime - 5 * MINUTE_MS)
    return 'Pay by time must be before submit result time (min. 5 minutes)';
  if (payByTime < now - 5 * MINUTE_MS) return 'Pay by time must be in the future (max. 5 minutes)';
  if (externalDisputeUnlockTime < unlockTime + 15 * MINUTE_MS)
    return 'External dispute unlock time must be after unlock time (min. 15 minutes difference)';
  if (submitResultTime < now + 15 * MINUTE_MS)
    return 'Submit result time must be in the future (min. 15 minutes)';
  if (submitResultTime > unlockTime - 15 * MINUTE_MS)
    return 'Submit result time must be before unlock time with at least 15 minutes difference';
  return undefined;
}
