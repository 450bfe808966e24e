import type { PaymentStatus } from '../../schemas/core/payment.ts';

/**
 * The one table of a payment's states (reasoning.md, "x402 per step"). `settled` is left only while its block is not final:
 * a reorganisation takes it back. A payment that was given up unsigned may be quoted again; a void one never comes back. What
 * nobody may quote again, a withdrawal, is void when it is given up unsigned.
 */
const MOVES: { readonly [from in PaymentStatus]: readonly PaymentStatus[] } = {
  quoted: ['prepared', 'rejected'],
  prepared: ['quoted', 'signed', 'rejected', 'void'],
  signed: ['submitted', 'settled', 'unknown', 'void'],
  submitted: ['settled', 'unknown', 'void'],
  unknown: ['submitted', 'settled', 'void'],
  settled: ['unknown', 'void'],
  rejected: ['quoted'],
  void: [],
};

/** True when a payment may go from one state to the other, or stay as it is and be told once more. */
export const mayBecome = (from: PaymentStatus, to: PaymentStatus): boolean =>
  from === to || MOVES[from].includes(to);

/** Events tell all states but this one: it is a step on the way to the signature, and nobody is owed anything yet. */
export type UntoldStatus = 'prepared';
export type ToldStatus = Exclude<PaymentStatus, UntoldStatus>;

/** Pairs of states that may follow each other in a run's events. Only what is told counts. */
export const TOLD_MOVES: readonly (readonly [from: ToldStatus, to: ToldStatus])[] = (
  Object.keys(MOVES) as PaymentStatus[]
).flatMap((from) =>
  from === 'prepared'
    ? []
    : [from, ...MOVES[from]].flatMap((to) =>
        to === 'prepared'
          ? MOVES.prepared.map((next) => [from, next as ToldStatus] as const)
          : [[from, to] as const],
      ),
);

/** True when events may tell the states of one payment in this order. */
export const isToldInOrder = (states: readonly PaymentStatus[]): boolean =>
  states.every((to, at) =>
    at === 0 ? to === 'quoted' : TOLD_MOVES.some(([from, next]) => from === states[at - 1] && next === to),
  );

/** Pairs of states of which a payment may come from the one to the other, however many moves lie between. */
export const REACHABLE: readonly (readonly [from: PaymentStatus, to: PaymentStatus])[] = (
  Object.keys(MOVES) as PaymentStatus[]
).flatMap((from) => {
  const found = new Set<PaymentStatus>([from]);
  for (const state of found) for (const next of MOVES[state]) found.add(next);
  return [...found].map((to) => [from, to] as const);
});
