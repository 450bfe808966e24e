/** Where a service that has accepted work tells how far it is, and when it wants to be asked (ms from now). */
export type StatusPoint = { url: string; afterMs?: number };

/** Ms until the next question: a tenth of the time that it has taken, 1 s to a minute; what the service asks for wins. */
export const nextQuestionMs = (waitedMs: number, afterMs = 0): number =>
  Math.max(Math.min(Math.max(waitedMs / 10, 1000), 60_000), Math.min(afterMs, 3_600_000));
