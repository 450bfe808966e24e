/**
 * Every place after which a crash changes what must happen next with money, and what must happen. The code names the
 * place where it is; tests kill the process there (`tests/crashes`). Families add points of their own. Between two of them everything is either inside one
 * database transaction or may be repeated as it is.
 */
export const CRASH_POINTS = {
  'run.reserved':
    'The estimate is in the run’s reserve. The approval is answered again; nothing is drawn twice.',
  'payment.prepared': 'The amount is held, nothing is signed. The next try signs under the same hold.',
  'payment.created': 'Signed in memory only; the bytes are gone with the process. The next try signs anew.',
  'payment.signed': 'The bytes are stored, nothing is sent. The next try sends these bytes.',
  'payment.submitted': 'Marked as sent; perhaps it was. The same bytes are sent, or the chain shows them.',
  'payment.answered':
    'The seller has answered, or a node has taken our transaction; nothing of it is stored. The same bytes again, then the chain decides.',
  'payment.settled':
    'Settled with its output, events not written. The next try writes them, and calls nobody.',
  'payment.posted': 'Posted in the ledger for good. Nothing is left but to see that.',
  'payment.voided':
    'Proven void and the hold taken back. The run goes on from there; nothing is given back twice.',
  'refund.credited': 'A seller’s refund is in the ledger. The undo is repeated and answers the same refund.',
  'run.returned':
    'What was left went back to the user, the end is not told. It is told; nothing goes back twice.',
  'run.ended': 'The end is told. What was moved in between goes back when the activity is repeated.',
  'deposit.credited':
    'The deposit is in the ledger. The repetition finds its proof used by itself and changes nothing.',
  'surplus.booked':
    'What nobody claimed waits in the ledger. The next look finds it booked; a claim takes it from there.',
  'withdrawal.prepared':
    'Its payment is there and its amount held. The next try finds that payment; what follows has the points of payments.',
} as const;

export type CrashPoint = keyof typeof CRASH_POINTS;

/**
 * Points between the claim of an Idempotency-Key and its answer. Each says what must hold when the process is stopped there
 * for longer than the claim lasts, another process answers the same request, and then this one goes on.
 */
export const REQUEST_POINTS = {
  'claim.taken':
    'Nothing is written. The next try does the work. This one finds its token gone and tells that answer.',
  'claim.bound':
    'Inside the transaction: the claim’s row is locked. The next try waits and is told that the request is in progress.',
  'run.inserted':
    'The same. A process that is stopped too long loses its connection, and the transaction is rolled back.',
  'run.committed':
    'The run exists and is bound to the key. The next try starts it; a second start is refused.',
  'workflow.started': 'The run is started. Both answers name it.',
  'command.asked':
    'The claim was just ours. Both tries send the update under the request’s id, so the run takes it once.',
  'money.held': 'The hold is committed under an id made from the key. The next try finds it.',
  'answer.rendered':
    'The work is done, but no answer is stored. The next try finds the work and stores its answer, which this one tells.',
  'answer.stored': 'Both tries tell the stored answer.',
} as const;

export type RequestPoint = keyof typeof REQUEST_POINTS;

/** Called at each point; does nothing but in tests. A family's code calls it with the family's points. */
export type Checkpoint<Point extends string = CrashPoint | RequestPoint> = (
  point: Point,
) => Promise<void> | void;
