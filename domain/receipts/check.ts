import type { Receipt } from '../../schemas/core/receipt.ts';
import { bodiesOf } from './bodies.ts';
import { isFinal, issuedAt } from './closing.ts';
import { judge, type Finding } from './finding.ts';
import { checkCost, checkLedger, checkRefunds } from './ledger-check.ts';
import { checkPayments } from './payment-check.ts';
import { checkConsent, checkPlans } from './plan-check.ts';

/** SHA-256 in hex over the RFC 8785 JSON of a value. It is passed in, because the domain uses no packages. */
export type Hash = (value: object) => string;

/** The value of `previous` in the first link. */
export const GENESIS = '0'.repeat(64);

/** Everything that a receipt shows by itself: whether its links hold, and whether they agree. */
export function checkReceipt(receipt: Receipt, hash: Hash): Finding[] {
  const bodies = bodiesOf(receipt);
  return [
    ...checkLinks(receipt, hash),
    checkHeader(receipt),
    ...checkPlans(bodies, hash),
    ...checkConsent(bodies),
    ...checkPayments(bodies),
    ...checkLedger(bodies, receipt.final),
    ...checkRefunds(bodies),
    checkCost(bodies),
  ];
}

function checkLinks({ sections, root }: Receipt, hash: Hash): Finding[] {
  let before = GENESIS;
  const links = sections.map(({ section, previous, body, hash: told }) => {
    const problems = [
      ...(previous === before ? [] : ['it does not follow the section before it']),
      ...(hash({ previous, section, body }) === told ? [] : ['it has another hash than it says']),
    ];
    before = told;
    return judge(`section ${section}`, problems, `its hash is ${told.slice(0, 12)}…`);
  });
  return [...links, judge('root', root === before ? [] : ['it is not the hash of the last section'], root)];
}

/** What the head says follows from the sections, so nobody can choose it. */
function checkHeader(receipt: Receipt): Finding {
  const bodies = bodiesOf(receipt);
  const { count, last_seq } = bodies.events;
  return judge(
    'head',
    [
      ...(receipt.final === isFinal(bodies)
        ? []
        : [`final is ${receipt.final}, which its payments do not say`]),
      ...(receipt.issued_at === issuedAt(bodies) ? [] : ['issued_at is not when the last of it was done']),
      ...(count === last_seq ? [] : [`${count} events are numbered up to ${last_seq}`]),
    ],
    receipt.final ? 'final' : 'not final: money of the run still moves',
  );
}
