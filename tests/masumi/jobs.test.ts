import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startMasumiApp, type MasumiApp } from './support/app.ts';
import { APPROVAL, FAILING, HYMN, post, sell, startJob, statusOf, until } from './support/client.ts';

let app: MasumiApp;

beforeAll(async () => {
  app = await startMasumiApp();
  app.settings['AGENT_IDENTIFIER_' + HYMN.replaceAll(/\W/g, '_')] = 'a'.repeat(60);
  app.settings['AGENT_IDENTIFIER_' + APPROVAL.replaceAll(/\W/g, '_')] = 'b'.repeat(60);
});
afterAll(() => app.close());

describe('A job whose payment is simulated', () => {
  test('runs at once and shows its result', async () => {
    const started = await startJob(app, HYMN, 'order-1', { topic: 'autumn' });
    expect(started.status, started.text).toBe(200);
    expect(started.body['blockchainIdentifier']).toMatch(/^SIMULATED-/);
    const done = await until(app, HYMN, started.body['job_id'], 'completed');
    expect(done['result']).toContain('autumn');
    expect(done['message']).toBe('SIMULATED payment: Done; nobody paid, so no hash is submitted.');
  });

  test('asks, is answered, and ends', async () => {
    const started = await startJob(app, APPROVAL, 'order-2', { message: 'lunch at noon' });
    const asked = await until(app, APPROVAL, started.body['id'], 'awaiting_input');
    expect(asked['message']).toMatch(/^SIMULATED payment: .*provide_input/);
    expect(asked['input_schema']).toMatchObject({ input_data: expect.any(Array) });
    const given = await post(app, `/mip003/${APPROVAL}/provide_input`, {
      job_id: started.body['id'],
      status_id: asked['id'],
      input_data: { decision: 'Send' },
    });
    expect(given.status, given.text).toBe(200);
    await until(app, APPROVAL, started.body['id'], 'completed');
    expect(await statusOf(app, APPROVAL, started.body['id'])).toMatchObject({ status: 'completed' });
  });

  test('says SIMULATED when it fails, too', async () => {
    sell(app, FAILING);
    const started = await startJob(app, FAILING, 'order-3', { how: 'raise' });
    const failed = await until(app, FAILING, started.body['id'], 'failed');
    expect(failed['message']).toMatch(/^SIMULATED payment: ./);
  });
});
