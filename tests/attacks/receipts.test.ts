import { movePayment } from '../../db/repositories/payments-write.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkOnPaper, type Given } from '../../api/receipts/verify.ts';
import { parseReceipt } from '../../api/receipts/read-receipt.ts';
import { createProbe } from '../api/support/family.ts';
import { ask, openStack, type ApiStack } from '../api/support/api.ts';
import { writePaidRun } from '../api/support/paid-run.ts';
import { createWriter } from '../api/support/streams.ts';

let stack: ApiStack;
let api: { url: string };
let writer: ReturnType<typeof createWriter>;
beforeAll(async () => {
  stack = await openStack();
  api = await stack.start({ families: [createProbe().family] });
  writer = createWriter(stack.db);
});
afterAll(async () => {
  await writer.close();
  await stack.close();
});

async function eventsOf(id: string): Promise<unknown[]> {
  const events: unknown[] = [];
  for (let more = true; more;) {
    const { body } = await ask(api, `/runs/${id}/events?limit=1000&after=${events.length}`);
    events.push(...(body['events'] as unknown[]));
    more = body['has_more'] as boolean;
  }
  return events;
}

async function wrongs(id: string, given: Given = {}): Promise<string[]> {
  const { text } = await ask(api, `/runs/${id}/receipt`);
  return checkOnPaper(parseReceipt(id, text), given)
    .filter(({ verdict }) => verdict === 'failed')
    .map(({ link }) => link);
}

test('the receipt of a run with many thousand events covers every one of them, in order', async () => {
  const run = await writePaidRun(stack.db, writer, { id: 'long' });
  for (let from = 1; from < 5000; from += 500) await writer.steps(run.id, from, from + 499);
  await run.end();
  await run.finalize();
  const events = await eventsOf(run.id);
  expect(events.length).toBeGreaterThan(5000);
  expect(await wrongs(run.id, { events })).toEqual([]);
  expect(await wrongs(run.id, { events: events.slice(1) })).toEqual(['events']);
  const swapped = events.with(2999, events[3000]).with(3000, events[2999]);
  expect(await wrongs(run.id, { events: swapped })).toEqual(['events']);
});

test('while it is unknown whether a payment was made, the receipt is true and not final', async () => {
  const run = await writePaidRun(stack.db, writer, { id: 'open' });
  await movePayment(stack.db.pool, run.intentId, ['settled'], 'unknown');
  await stack.db.pool.query(`update payment set tx_hash = null where run_id = 'open'`);
  await writer.emit('open', {
    key: 'end',
    type: 'run.failed',
    status: 'failed',
    data: {},
    view: { cost: [] },
  });
  const { body } = await ask(api, '/runs/open/receipt');
  expect(body).toMatchObject({ final: false });
  expect(await wrongs('open')).toEqual([]);
});
