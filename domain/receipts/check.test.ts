import { describe, expect, test } from 'vitest';
import { sealReceipt } from '../../api/receipts/chain.ts';
import { hashJson } from '../../api/receipts/hash.ts';
import { createReceiptSigner } from '../../api/receipts/key.ts';
import { createSealer } from '../../db/sealing.ts';
import { Receipt, type ReceiptBodies } from '../../schemas/core/receipt.ts';
import { sampleBodies, SHOP } from '../../tests/support/sample-receipt.ts';
import { checkReceipt } from './check.ts';

const signer = createReceiptSigner(createSealer('a secret of the tests'));

/** What the check finds in a receipt that its own issuer made of these sections and signed: every hash is right. */
function wrongs(change: (bodies: ReceiptBodies) => void): string {
  const bodies = sampleBodies();
  change(bodies);
  const receipt = sealReceipt(bodies, signer);
  Receipt.parse(receipt);
  const failed = checkReceipt(receipt, hashJson).filter(({ verdict }) => verdict === 'failed');
  return failed.map(({ link, detail }) => `${link}: ${detail}`).join('\n');
}

test('a run that was approved twice, paid on two chains and was refunded in part agrees with itself', () => {
  const receipt = sealReceipt(sampleBodies(), signer);
  expect(receipt).toMatchObject({ final: true, issued_at: '2026-01-01T00:00:31.000Z' });
  expect(checkReceipt(receipt, hashJson).filter(({ verdict }) => verdict !== 'ok')).toEqual([]);
});

describe('an issuer who signs something untrue is found out', () => {
  const lies: [string, (bodies: ReceiptBodies) => void, RegExp][] = [
    [
      'a payment of more',
      ({ payments: { payments } }) => (payments[0]!.amount = '250001'),
      /more than the approved/,
    ],
    [
      'a payment of less',
      ({ payments: { payments } }) => (payments[0]!.amount = '249999'),
      /takes 0.25 USDC from the run/,
    ],
    [
      'another payee',
      ({ payments: { payments } }) => (payments[0]!.pay_to = 'somebody'),
      /approved payee is/,
    ],
    [
      'another chain',
      ({ payments: { payments } }) => (payments[0]!.network = 'solana:other'),
      /approved on solana/,
    ],
    [
      'another asset',
      ({ payments: { payments } }) => (payments[0]!.asset = `${payments[0]!.network}/slip44:501`),
      /approved asset is/,
    ],
    [
      'a step that is free',
      ({ payments: { payments } }) => (payments[0]!.step_id = 'd'),
      /pays nobody for step d/,
    ],
    ['no approval', ({ approvals }) => (approvals.approvals = []), /nobody approved anything/],
    [
      'an approval that was refused',
      ({ approvals: { approvals } }) => approvals.forEach((one) => (one.status = 'rejected')),
      /nobody approved/,
    ],
    [
      'an approval of another plan',
      ({ approvals: { approvals } }) => (approvals[1]!.plan_hash = 'f'.repeat(64)),
      /no plan of the run/,
    ],
    [
      'a limit that was lower',
      ({ approvals: { approvals } }) => approvals.forEach((one) => (one.limits!.max_total = '900000')),
      /0.95 USDC was paid and at most 0.9 USDC/,
    ],
    [
      'a limit for one payment',
      ({ approvals: { approvals } }) =>
        approvals.forEach((one) => (one.limits!.max_per_transaction = '399999')),
      /0.399999 USDC for one payment/,
    ],
    [
      'a payee left out',
      ({ approvals: { approvals } }) => approvals.forEach((one) => (one.limits!.recipients = [SHOP])),
      /not among the approved/,
    ],
    [
      'an approval that came later',
      ({ approvals: { approvals } }) => approvals.forEach((one) => (one.seq = 30)),
      /signed before the approval/,
    ],
    [
      'another plan under its hash',
      ({ plan }) => (plan.revisions[0]!.hashed.limits.maxTotalAmount = 3),
      /another hash/,
    ],
    [
      'other words of the request under its hash',
      ({ plan }) => (plan.revisions[0]!.hashed['understanding'] = { ignored: [] }),
      /another hash/,
    ],
    [
      'a step that was paid twice',
      ({ payments: { payments } }) =>
        Object.assign(payments[1]!, { status: 'settled', finalized: true, tx_hash: '0x1' }),
      /paid twice/,
    ],
    [
      'one transaction for two payments',
      ({ payments: { payments } }) => (payments[3]!.tx_hash = payments[0]!.tx_hash),
      /counts twice/,
    ],
    [
      'one signature for two payments',
      ({ payments: { payments } }) => (payments[3]!.proof = payments[0]!.proof),
      /message .* counts twice/,
    ],
    [
      'a signature for another amount',
      ({ payments: { payments } }) => Object.assign(payments[2]!.proof!, { value: '1' }),
      /0.000001 USDC was signed/,
    ],
    [
      'a signature to another payee',
      ({ payments: { payments } }) => Object.assign(payments[2]!.proof!, { to: SHOP }),
      /signed to/,
    ],
    [
      'a signature in another token',
      ({ payments: { payments } }) => Object.assign(payments[2]!.proof!, { token: SHOP }),
      /signed in/,
    ],
    ['no proof', ({ payments: { payments } }) => (payments[0]!.proof = null), /has no proof/],
    [
      'a proof of another kind',
      ({ payments: { payments } }) => (payments[0]!.proof = payments[2]!.proof),
      /another kind of chain/,
    ],
    ['no transaction', ({ payments: { payments } }) => (payments[0]!.tx_hash = null), /by no transaction/],
    [
      'a payment that was never signed',
      ({ payments: { payments } }) => (payments[0]!.status = 'rejected'),
      /nothing was signed/,
    ],
    [
      'a void payment that is booked',
      ({ ledger: { transfers } }) => (transfers[2]!.state = 'posted'),
      /posted, not voided/,
    ],
    ['a payment that is left out', ({ payments }) => payments.payments.shift(), /is of no payment here/],
    ['a transfer that is left out', ({ ledger }) => ledger.transfers.splice(1, 1), /no transfer of it/],
    [
      'a transfer to somebody else',
      ({ ledger: { transfers } }) => (transfers[1]!.entries[1]!.account = 'payee:default:x:y'),
      /gives 0 USDC to the payee/,
    ],
    ['a transfer of another step', ({ ledger: { transfers } }) => (transfers[1]!.step_id = 'b'), /of step b/],
    [
      'a transfer that does not balance',
      ({ ledger: { transfers } }) => (transfers[0]!.entries[0]!.amount = '-999999'),
      /sums to 0.000001 USDC/,
    ],
    [
      'a transfer with one entry',
      ({ ledger: { transfers } }) => transfers[0]!.entries.pop(),
      /less than two entries/,
    ],
    ['a transfer twice', ({ ledger: { transfers } }) => transfers.push(transfers[0]!), /there twice/],
    ['the escrow of somebody else', ({ run }) => (run.subject = 'user'), /touches escrow:default:user-1/],
    [
      'a refund of more',
      ({ refunds: { refunds } }) => (refunds[0]!.amount = '300001'),
      /only 0.3 USDC was paid/,
    ],
    ['a refund by somebody else', ({ refunds: { refunds } }) => (refunds[0]!.from = 'x'), /x pays back/],
    [
      'a refund on another chain',
      ({ refunds: { refunds } }) => (refunds[0]!.network = 'eip155:1'),
      /it was paid on/,
    ],
    [
      'a refund of a step that was free',
      ({ refunds: { refunds } }) => (refunds[0]!.step_id = 'd'),
      /was not paid/,
    ],
    [
      'a refund that is not booked',
      ({ ledger: { transfers } }) => transfers.splice(5, 1),
      /no transfer of it/,
    ],
    ['a refund that is not told', ({ refunds }) => (refunds.refunds = []), /booked and not told/],
    ['a lower cost', ({ result }) => (result.cost[0]!.amount = '0.25'), /its payments make 0.65/],
    ['no cost', ({ result }) => (result.cost = []), /told nothing/],
    ['events that are left out', ({ events }) => (events.count = 39), /39 events/],
  ];
  test.each(lies)('%s', (_what, change, what) => {
    expect(wrongs(change)).toMatch(what);
  });
});

describe('a receipt is not final', () => {
  const open: [string, (bodies: ReceiptBodies) => void][] = [
    [
      'while a payment is',
      ({ payments: { payments }, ledger: { transfers } }) => {
        payments[0]!.finalized = false;
        Object.assign(transfers[1]!, { state: 'pending', closed_at: null });
      },
    ],
    ['while the reserve holds something', ({ ledger: { transfers } }) => transfers.pop()],
  ];
  test.each(open)('%s, and that is no failure', (_when, change) => {
    const bodies = sampleBodies();
    change(bodies);
    expect(sealReceipt(bodies, signer).final).toBe(false);
    expect(wrongs(change)).toBe('');
  });

  test('merely because its head says so: the check reports the head', () => {
    const receipt = sealReceipt(sampleBodies(), signer);
    const findings = checkReceipt(
      { ...receipt, final: false, issued_at: '2027-01-01T00:00:00.000Z' },
      hashJson,
    );
    expect(findings.find(({ link }) => link === 'head')?.detail).toMatch(/final is false.*issued_at/);
  });
});

test('a cost that the run told does not count what settled after it', () => {
  const late = (bodies: ReceiptBodies): void => {
    bodies.payments.payments[0]!.told = 'unknown';
    bodies.result.cost[0]!.amount = '0.4';
  };
  expect(wrongs(late)).toBe('');
});

test('limits that were not kept are reported as unchecked', () => {
  const bodies = sampleBodies();
  for (const approval of bodies.approvals.approvals) approval.limits = null;
  const open = checkReceipt(sealReceipt(bodies, signer), hashJson).filter(
    ({ verdict }) => verdict === 'unchecked',
  );
  expect(open.map(({ link }) => link)).toEqual([
    'consent to pi_a1',
    'consent to pi_b1',
    'consent to pi_b2',
    'consent to pi_c1',
    'approved total',
  ]);
});
