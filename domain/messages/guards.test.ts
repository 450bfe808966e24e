import { describe, expect, test } from 'vitest';
import * as schemas from '../../schemas/core/messages.ts';
import * as guards from './guards.ts';
import { testEquality, type Message } from '../../tests/support/message-equality.ts';

const HASH = 'a'.repeat(64);
const AUTHORITY = {
  kind: 'key',
  key_id: 'k1',
  subject: null,
  scopes: ['approve'],
  checked_at: '2026-01-01T00:00:00.000Z',
};
const LIMITS = { maxTotalAmount: '5', maxPerTransaction: '5', allowedRecipients: ['0xab'] };
const APPROVAL = { planHash: HASH, limits: LIMITS, asset: 'USDC', expiresAtMs: 5, acceptPartial: true };

const MESSAGES: { [name: string]: Message } = {
  approve: {
    guard: guards.readApproveSignal,
    schema: schemas.ApproveSignal,
    whole: { by: 'ops', ...APPROVAL },
  },
  'reject and cancel': {
    guard: guards.readDecisionSignal,
    schema: schemas.DecisionSignal,
    whole: { by: 'ops', reason: 'too dear', planHash: HASH },
  },
  input: {
    guard: guards.readInputSignal,
    schema: schemas.InputSignal,
    whole: { id: 'shade', by: 'ops', data: { shade: 'dark', deep: { list: [1, null, true] } } },
  },
  approveRun: {
    guard: guards.readApprove,
    schema: schemas.ApproveMessage,
    whole: {
      by: 'ada (k1)',
      updateId: 'u1',
      authority: AUTHORITY,
      proof: { wallet: 'w', signature: 'c2ln', message: '{}' },
      ...APPROVAL,
    },
  },
  'rejectRun and cancelRun': {
    guard: guards.readDecision,
    schema: schemas.DecisionMessage,
    whole: { by: 'ada (k1)', authority: AUTHORITY, reason: 'too dear', planHash: HASH },
  },
  provideInput: {
    guard: guards.readProvideInput,
    schema: schemas.ProvideInputMessage,
    whole: { id: 'shade', hash: HASH, by: 'ada (k1)', updateId: 'u1', authority: AUTHORITY },
  },
};

for (const [name, message] of Object.entries(MESSAGES)) testEquality(name, message);

describe('a message by hand', () => {
  test.each([
    [
      { plan_hash: HASH },
      '"plan_hash" is no field of it; there are by, planHash, limits, asset, expiresAtMs',
    ],
    [{ limits: { allowedRecipients: {} } }, 'limits allowedRecipients must be a list of at most 100'],
    [{ limits: { allowedRecipients: [5] } }, /^limits allowedRecipients has an item that must be text/],
    [{ expiresAtMs: '9999999999999' }, /^expiresAtMs must be a whole number/],
    [{ by: 'x\0y' }, /^by must be text/],
    [{ authority: AUTHORITY }, /^"authority" is no field/],
    [{ proof: {} }, /^"proof" is no field/],
    [null, 'must be an object'],
    ['text', 'must be an object'],
    [[1], 'must be an object'],
  ])('%j approves nothing, and says why', (sent, problem) => {
    const read = guards.readApproveSignal(sent);
    expect(read.ok).toBe(false);
    if (!read.ok) expect(read.problem).toMatch(problem);
  });
});
