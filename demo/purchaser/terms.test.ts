import { expect, test } from 'vitest';
import type { AgentPricing } from '../../domain/masumi/ports/masumi-node.ts';
import type { StartedJob } from '../../schemas/families/masumi/mip003.ts';
import { hashInput } from './proofs.ts';
import { checkTerms } from './terms.ts';
import { purchaseOf } from './wallet.ts';

const NOW = 1_795_600_000_000;
const HOUR = 3_600_000;
const input = { topic: 'autumn' };
const hash = hashInput('c0ffee00c0ffee00', input);
const job: StartedJob = {
  status: 'success',
  id: 'job',
  job_id: 'job',
  blockchainIdentifier: 'abcd',
  payByTime: NOW + HOUR,
  submitResultTime: NOW + 2 * HOUR,
  unlockTime: NOW + 3 * HOUR,
  externalDisputeUnlockTime: NOW + 4 * HOUR,
  agentIdentifier: 'agent',
  sellerVKey: 'seller',
  identifierFromPurchaser: 'c0ffee00c0ffee00',
  purchaserNonce: 'c0ffee00c0ffee00',
  amounts: [{ amount: 3_000_000, unit: 'lovelace' }],
  input_hash: hash,
  inputHash: hash,
};
const fixed: AgentPricing = { kind: 'Fixed', amounts: [{ unit: '', amount: '3000000' }] };

function failures(given: Partial<StartedJob>, pricing = fixed): string[] {
  const failed: string[] = [];
  const report = {
    check: (what: string, isRight: boolean) => void (isRight || failed.push(what)),
    skip: () => undefined,
    failures: () => failed.length,
  };
  checkTerms(report, { ...job, ...given }, { identifier: 'c0ffee00c0ffee00', input, pricing }, NOW);
  return failed;
}

test('terms that were agreed on hold', () => expect(failures({})).toEqual([]));

test.each([
  ['identifier', { identifierFromPurchaser: 'another' }],
  ['input hash', { input_hash: 'ab'.repeat(32) }],
  ['price', { amounts: [{ amount: 4_000_000, unit: 'lovelace' }] }],
  ['times', { payByTime: NOW - 1 }],
  ['times', { payByTime: Math.floor(job.payByTime / 1000) }],
  ['times', { unlockTime: job.submitResultTime }],
])('a wrong %s is found before anything is paid', (what, given) => expect(failures(given)).toEqual([what]));

test('a job that nobody pays may have any times', () =>
  expect(failures({ blockchainIdentifier: 'FREE-0123', payByTime: 0, amounts: [] })).toEqual([]));

test('the amounts to pay are exactly what the seller said, and are named only where the price is not fixed', () => {
  const paid = purchaseOf(job, fixed);
  expect(paid).toMatchObject({
    payByTime: String(job.payByTime),
    identifierFromPurchaser: 'c0ffee00c0ffee00',
    sellerVkey: 'seller',
  });
  expect(paid).not.toHaveProperty('Amounts');
  expect(purchaseOf(job, { kind: 'Dynamic', sourceIndex: 0 })).toMatchObject({
    Amounts: [{ amount: '3000000', unit: '' }],
    supportedPaymentSourceIndex: 0,
  });
});
