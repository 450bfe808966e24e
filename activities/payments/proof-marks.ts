/** Marks in a payment's proof. The quote was never compared with its chain: whoever signs does that (`sign.ts`). */
export const UNCHECKED = 'unchecked';

/** The payment is a part of its step, which goes on after it: settled, it completes nothing. */
export const PART = 'part';
