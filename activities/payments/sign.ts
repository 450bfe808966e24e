import {
  lockPayment,
  movePayment,
  promisedIn,
  type PaymentRow,
} from '../../db/repositories/payments-write.ts';
import { HALTED } from '../../db/repositories/payments-halt.ts';
import { takeNumbers } from '../../db/repositories/signers.ts';
import { EngineError } from '../../domain/errors.ts';
import { paidAsset } from '../../domain/payments/purse.ts';
import {
  CostRose,
  Unfunded,
  type NumberedPayment,
  type OwnTransaction,
  type PayingRail,
  type Rail,
  type SignedPayment,
} from '../../domain/payments/rail.ts';
import type { PaymentActivities, SignOutcome } from '../../domain/ports/payments.ts';
import { bookFees } from './fees.ts';
import { giveUpHold, prepare } from './hold.ts';
import { lockMoney } from './money.ts';
import { assertOwedStays, coinsHeld } from './operator-costs.ts';
import { openQuote } from './quotes.ts';
import { UNCHECKED } from './proof-marks.ts';
import { settlePerson, tellPerson } from './telling.ts';
import { findRail, mustFindRail, mustGetPayment, type PaymentTools } from './tools.ts';

type SignRequest = Parameters<PaymentActivities['signPayment']>[0];

const CLASHES = 5; // equal payments in one slot; each try takes another blockhash

/**
 * quoted → prepared → signed, each committed before the next begins. A withdrawal begins as prepared: it was held when it was
 * asked for. What a crash leaves behind:
 * - before `prepared` commits: nothing; the next try starts here again.
 * - after `prepared`: the money is held, nothing is signed; the next try goes on with the same hold.
 * - after the signature, before it is stored: the bytes existed in memory only and never left the process, so nobody
 *   can spend them; the next try signs anew and only one signature is ever stored (the move is conditional).
 *   A number of the account's queue is taken in the transaction that stores the bytes: then it was not taken either.
 * - where it would cost more than is held, before the hold is given up: the hold; the next try finds the same.
 * - after `signed` commits: the next try finds it and answers `signed`. Nothing signs again while it may live.
 */
export async function signIntent(tools: PaymentTools, request: SignRequest): Promise<SignOutcome> {
  for (;;) {
    const payment = await mustGetPayment(tools, request.intentId);
    switch (payment.status) {
      case 'quoted': {
        const refused = await fromQuoted(tools, payment, request);
        if (refused) return refused;
        continue;
      }
      case 'prepared': {
        const refused = await fromPrepared(tools, payment, request);
        if (refused) return refused;
        continue;
      }
      case 'signed':
      case 'submitted':
      case 'settled':
      case 'unknown':
        return { kind: 'signed' };
      case 'rejected':
        return {
          kind: 'refused',
          reason: 'unsupported',
          message: payment.reason ?? 'The payment was given up.',
        };
      case 'void':
        if (payment.reason === COST_ROSE) return released;
        throw new EngineError('payment_closed', `Payment ${payment.id} is void: the next generation pays.`);
    }
  }
}

async function fromQuoted(
  tools: PaymentTools,
  payment: PaymentRow,
  { signBeforeMs, agreed }: SignRequest,
): Promise<SignOutcome | undefined> {
  if (payment.kind !== 'step')
    throw new EngineError('payment_unheld', `Payment ${payment.id} is to be held by whoever asked for it.`);
  if (isTooLate(tools, signBeforeMs)) return expired;
  const rail = findRail(tools, payment);
  const { offer } = openQuote(tools.sealer, payment);
  const { decimals } = paidAsset(tools.assets, payment.asset);
  const why =
    rail === undefined
      ? `no wallet on ${payment.network}`
      : (rail.refuses(offer) ?? (await rail.shortfall(offer, decimals)));
  if (rail === undefined || why !== undefined) {
    await movePayment(tools.db.pool, payment.id, ['quoted'], 'rejected', { reason: why ?? 'unsupported' });
    return { kind: 'refused', reason: 'unsupported', message: `The quote cannot be paid: ${why}.` };
  }
  const refused = await prepare(tools, payment, rail, BigInt(agreed ?? 0));
  if (refused) return refused;
  await tools.checkpoint('payment.prepared');
  return undefined;
}

async function fromPrepared(
  tools: PaymentTools,
  payment: PaymentRow,
  { signBeforeMs }: SignRequest,
): Promise<SignOutcome | undefined> {
  if (payment.kind === 'step' && isTooLate(tools, signBeforeMs)) {
    // False: another worker has signed it meanwhile, and the state is looked at again.
    return (await giveUpHold(tools, payment.id, 'quoted')) ? expired : undefined;
  }
  const rail = mustFindRail(tools, payment);
  if (payment.proof[UNCHECKED] === true) {
    const refused = await checkLate(tools, payment, rail);
    if (refused !== undefined) return refused;
  }
  return withinHalt(tools, payment, () => signHeld(tools, payment, rail));
}

/** What was held before it was compared with its chain. A crash after the refusal leaves it rejected, and nothing held. */
async function checkLate(
  tools: PaymentTools,
  payment: PaymentRow,
  rail: Rail,
): Promise<SignOutcome | undefined> {
  const { offer } = openQuote(tools.sealer, payment);
  const { decimals } = paidAsset(tools.assets, payment.asset);
  const why = await rail.shortfall(offer, decimals);
  if (why === undefined || !(await giveUpHold(tools, payment.id, 'rejected', why))) return undefined;
  return { kind: 'refused', reason: 'unsupported', message: `It cannot be paid: ${why}.` };
}

/** While payments are halted nothing is stored as signed: a step gives up its hold, and anything else is tried again later. */
async function withinHalt(
  tools: PaymentTools,
  payment: PaymentRow,
  sign: () => Promise<SignOutcome | undefined>,
): Promise<SignOutcome | undefined> {
  try {
    return await sign();
  } catch (error) {
    if ((error as { code?: unknown }).code !== HALTED) throw error;
    if (payment.kind !== 'step') throw new Error(halted.message, { cause: error });
    return (await giveUpHold(tools, payment.id, 'quoted')) ? halted : undefined;
  }
}

const halted: Extract<SignOutcome, { kind: 'refused' }> = {
  kind: 'refused',
  reason: 'halted',
  message: 'All payments are halted; nothing was signed.',
};

async function signHeld(
  tools: PaymentTools,
  payment: PaymentRow,
  rail: Rail,
): Promise<SignOutcome | undefined> {
  for (let clash = 0; clash < CLASHES; clash++) {
    const signed = await signWithin(tools, payment, rail);
    if (signed === undefined) return undefined; // looked at again: it is held anew, or released
    if ('numbers' in signed) {
      await storeNumbered(tools, payment, rail, signed);
      await tools.checkpoint('payment.signed');
      return undefined;
    }
    if (signed.fees.length > 0)
      await tools.db.transaction((client) => bookFees(client, tools, payment, signed.fees));
    await tools.checkpoint('payment.created');
    const stored = await store(tools, payment, signed);
    if (stored === 'clash') continue;
    await tools.checkpoint('payment.signed');
    return undefined;
  }
  throw new Error(`Payment ${payment.id} met equal payments ${CLASHES} times in a row.`);
}

const isTooLate = ({ now }: PaymentTools, signBeforeMs = Infinity): boolean => now() >= signBeforeMs;

const expired: SignOutcome = {
  kind: 'refused',
  reason: 'expired',
  message: 'What allowed the payment has expired; approve again to go on.',
};

/**
 * Nothing is signed that takes more coins than are held for it. A step's hold is given up and made anew, as far as the
 * operator's account goes; a withdrawal is released, because its user was quoted less. Undefined: the state has moved.
 */
async function signWithin(
  tools: PaymentTools,
  payment: PaymentRow,
  rail: Rail,
): Promise<SignedPayment | NumberedPayment | undefined> {
  try {
    return await signFunded(tools, payment, rail);
  } catch (error) {
    if (!(error instanceof CostRose)) throw error;
    if (payment.kind === 'step') await giveUpHold(tools, payment.id, 'quoted');
    else await releaseUnsigned(tools, payment);
    return undefined;
  }
}

const COST_ROSE = 'COST_ROSE';

const released: SignOutcome = {
  kind: 'refused',
  reason: 'unsupported',
  message: 'It would cost more than was charged; nothing was signed, and everything is back.',
};

/** A crash before the commit leaves the hold, and the next try releases it; after it nothing is left to do. */
async function releaseUnsigned(tools: PaymentTools, payment: PaymentRow): Promise<void> {
  await tools.db.transaction(async (client) => {
    const end = await lockMoney(tools, client, payment);
    const current = await lockPayment(client, payment.id);
    if (current?.status !== 'prepared') return;
    await end(current, 'voided');
    await movePayment(client, payment.id, ['prepared'], 'void', { reason: COST_ROSE });
  });
  await settlePerson(tools, payment, 'payment_unfunded', 'It was released: it would have cost more.');
}

/** What the payer lacks for fees is the operator's to mend, who is told once. */
async function signFunded(
  tools: PaymentTools,
  payment: PaymentRow,
  rail: Rail,
): Promise<SignedPayment | NumberedPayment> {
  try {
    const signed = await signOnce(tools, payment, rail);
    if (rail.costs !== undefined)
      await settlePerson(tools, payment, 'payment_unfunded', 'The account has the coins now.');
    return signed;
  } catch (error) {
    if (error instanceof Unfunded)
      await tellPerson(tools, payment, 'payment_unfunded', error.message, { recurs: true });
    throw error;
  }
}

async function signOnce(
  tools: PaymentTools,
  payment: PaymentRow,
  rail: Rail,
): Promise<SignedPayment | NumberedPayment> {
  const { offer, railData } = openQuote(tools.sealer, payment);
  const promised = await promisedIn(tools.db.pool, payment.asset, payment.id, payment.rail);
  const committed = promised + BigInt(payment.amount);
  const { id } = payment;
  const current = await mustGetPayment(tools, id);
  const remember = async ({ txHash, moved }: OwnTransaction): Promise<void> => {
    const proof = { [OWN + txHash]: moved.toString() };
    if (!(await movePayment(tools.db.pool, id, ['prepared'], 'prepared', { proof })))
      throw new Error(`Payment ${id} was signed by another process.`);
  };
  const coins = await coinsHeld(tools, current);
  await assertOwedStays(tools, current, rail, coins);
  const own = ownTransactions(current);
  return rail.sign({ offer, railData, intentId: id, committed, own, remember, coins });
}

const OWN = 'own:'; // a key for each, so that two processes do not overwrite each other's

const ownTransactions = ({ proof }: PaymentRow): OwnTransaction[] =>
  Object.entries(proof)
    .filter(([key]) => key.startsWith(OWN))
    .map(([key, moved]) => ({ txHash: key.slice(OWN.length), moved: BigInt(String(moved)) }));

/** Another process may have stored its signature first; then this one is dropped, unseen by anyone. */
async function store(
  tools: PaymentTools,
  payment: PaymentRow,
  signed: SignedPayment,
): Promise<'done' | 'clash'> {
  const sealed = tools.sealer.seal('payment.signed', signed.payload);
  try {
    await movePayment(tools.db.pool, payment.id, ['prepared'], 'signed', {
      proof: signed.proof,
      signed: { sealed, fingerprint: signed.fingerprint },
    });
    return 'done';
  } catch (error) {
    if ((error as { code?: unknown }).code === '23505') return 'clash'; // this very message is another payment's
    throw error;
  }
}

/** Number, signature and state in one transaction; a second process waits for the first and then takes no number. */
function storeNumbered(
  tools: PaymentTools,
  { id, network }: PaymentRow,
  rail: Pick<PayingRail, 'payer'>,
  draft: NumberedPayment,
): Promise<void> {
  return tools.db.transaction(async (client) => {
    if ((await lockPayment(client, id))?.status !== 'prepared') return;
    const first = await takeNumbers(client, { network, address: rail.payer }, draft.numbers, draft.used);
    const { payload, proof, fingerprint } = await draft.at(first);
    await tools.checkpoint('payment.created');
    const sealed = tools.sealer.seal('payment.signed', payload);
    await movePayment(client, id, ['prepared'], 'signed', { proof, signed: { sealed, fingerprint } });
  });
}
