/** Signals of a job besides those that every run understands. */
export const JOB_SIGNALS = { paymentChanged: 'paymentChanged' } as const;
