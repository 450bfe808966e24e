import { familyEvents } from '../events.ts';

/** What happens to a job's payment at the payment service. */
export const JOB_EVENTS = familyEvents({ changed: 'payment.changed' });
