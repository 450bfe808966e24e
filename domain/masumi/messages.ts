/**
 * Signals of a job besides those that every run understands. `flowChanged` carries nothing: the job looks by itself, so a
 * signal by hand makes it look and no more.
 */
export const JOB_SIGNALS = { paymentChanged: 'paymentChanged', flowChanged: 'flowChanged' } as const;
