import { DescribedReceipt, ReceiptKey } from '../../schemas/core/receipt.ts';
import { issueReceipt } from '../receipts/issue.ts';
import { createReceiptSigner } from '../receipts/key.ts';
import { defineRoute } from '../route.ts';

const tags = ['receipts'];

const get = defineRoute({
  method: 'get',
  path: '/runs/:id/receipt',
  missing: { id: 'run_not_found' },
  summary: 'What an ended run was allowed, paid, got back and answered: hash-linked and signed',
  description:
    'Check it with `steward verify`, which needs nothing of this server. `final` is false while money of the run still moves; a final receipt is the same bytes for ever. 409 until the run has ended.',
  tags,
  scope: 'read',
  responses: { 200: { description: 'The receipt.', schema: DescribedReceipt } },
  errors: ['run_not_found', 'run_not_ended'],
  handler: async (ctx, { params }) => ({ status: 200, body: await issueReceipt(ctx, params['id'] ?? '') }),
});

const key = defineRoute({
  method: 'get',
  path: '/receipts/key',
  summary: 'The public key of this installation’s receipts',
  description: 'Keep it apart from the receipts: `steward verify --public-key` takes it.',
  tags,
  scope: null,
  responses: { 200: { description: 'The key.', schema: ReceiptKey } },
  handler: async ({ deps }) => ({ status: 200, body: createReceiptSigner(deps.sealer).key }),
});

export const receiptRoutes = [get, key];
