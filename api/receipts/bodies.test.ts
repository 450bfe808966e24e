import { describe, expect, test } from 'vitest';
import type { ApprovalRow } from '../../db/repositories/run-lists.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import { approvalBody } from './bodies.ts';

const HASH = 'a'.repeat(64);
const facts = {
  count: 9,
  last_seq: 9,
  hash: HASH,
  plans: new Map(),
  signed: new Map(),
  told: new Map(),
  granted: new Map([[HASH, 4]]),
};
const row = (data: JsonObject, status: ApprovalRow['status'] = 'approved'): ApprovalRow => ({
  kind: 'approval',
  id: 'run:1',
  run_id: 'run',
  status,
  data: { plan_hash: HASH, reason: 'initial', ...data },
  requested_at: new Date(0),
  decided_at: new Date(1),
  decided_by: 'ops',
});
const last = (planHash: string): JsonObject => ({
  approval: { planHash, limits: { maxTotalAmount: '5' }, expiresAt: '2030-01-01T00:00:00.000Z' },
});

describe('an approval on a receipt', () => {
  test('has the limits that were approved, in one way of writing them', () => {
    const limits = { maxTotalAmount: '007', maxPerTransaction: '03', allowedRecipients: ['x'] };
    const granted = { limits, expires_at: '+275760-09-13T00:00:00.000Z' };
    expect(approvalBody(row({ granted }), {}, facts)).toMatchObject({
      limits: { max_total: '7', max_per_transaction: '3', recipients: ['x'] },
      signing_until: '+275760-09-13T00:00:00.000Z',
      seq: 4,
      wallet_proof: null,
    });
  });

  test('from before they were kept has those of the run’s last approval, if it is that one', () => {
    expect(approvalBody(row({}), last(HASH), facts).limits).toMatchObject({ max_total: '5' });
    expect(approvalBody(row({}), last('b'.repeat(64)), facts).limits).toBeNull();
    expect(approvalBody(row({}), {}, facts).limits).toBeNull();
  });

  test('that was not given has none, whatever the last one had', () => {
    expect(approvalBody(row({}, 'rejected'), last(HASH), facts)).toMatchObject({
      status: 'rejected',
      limits: null,
      signing_until: null,
      seq: null,
    });
  });

  test('shows no wallet’s signature that is not one', () => {
    const granted = { limits: { maxTotalAmount: '1' }, expires_at: 'x', proof: { wallet: 5 } };
    expect(approvalBody(row({ granted }), {}, facts).wallet_proof).toBeNull();
  });
});
