import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { outputHash } from '../../../activities/payment-service/output-hash.ts';
import { ask } from '../../api/support/api.ts';
import { post, statusOf } from '../../masumi/support/client.ts';
import { native, paid, sell, type Started } from '../../masumi/support/orders.ts';
import { startPaidApp, type PaidApp } from '../../masumi/support/paid-app.ts';
import { startKodosumi, type RealKodosumi } from './kodosumi.ts';
import { prepareKodosumi } from './python.ts';

const found = await prepareKodosumi();
if (found.kind === 'none') process.stdout.write(`Jobs on the real Kodosumi are not tried: ${found.why}.\n`);

let real: RealKodosumi;
let app: PaidApp;
const keys = new Map<string, string>();

/** Jobs over HTTP, paid at the payment service's stand-in, done by a real Kodosumi 1.1.0 with Ray. */
describe.runIf(found.kind === 'ready')('A job on the real Kodosumi', { timeout: 150_000 }, () => {
  beforeAll(async () => {
    if (found.kind === 'ready') real = await startKodosumi(found.python);
    app = await startPaidApp({ target: real.target, activities: { pollMs: 1000, lookForMs: 20_000 } });
    const flows = (await ask(app, '/flows')).body as unknown as { key: string; name: string }[];
    for (const { key, name } of flows) keys.set(name, key);
    sell(app, ...keys.values());
  }, 180_000);
  afterAll(async () => {
    await app?.close();
    await real?.stop();
  }, 60_000);

  test('is done, and its hash is submitted; all flows of all pages are for sale', async () => {
    expect(keys.size).toBeGreaterThan(100);
    const started = await paid(app, key('Hymn'), 'beefbeef00000001', { topic: 'durable work' });
    const done = await reached('Hymn', started, 'completed');
    expect(done['result']).toContain('O durable work, steady and true');
    const hash = outputHash('beefbeef00000001', String(done['result']), 'mip');
    await expect.poll(async () => (await app.node.resolve(started.payment))?.resultHash).toBe(hash);
  });

  test('asks, refuses an answer in Kodosumi’s own words, takes another', async () => {
    const started = await paid(app, key('Approval'), 'beefbeef00000002', { message: 'lunch at noon' });
    const asked = await reached('Approval', started, 'awaiting_input');
    const answer = (input: object) =>
      post(app, `/mip003/${key('Approval')}/provide_input`, {
        job_id: started.jobId,
        status_id: asked['id'],
        input_data: input,
      });
    const refused = await answer({ comment: 'no decision' });
    expect([refused.status, refused.body['code']]).toEqual([400, 'invalid_input']);
    expect(refused.body['field_errors']).toEqual({ decision: ['Please decide.'] });
    expect((await answer({ decision: 'Send', comment: 'Bring a friend.' })).status).toBe(200);
    expect(await reached('Approval', started, 'completed')).toMatchObject({
      result: expect.stringContaining('Bring a friend.'),
    });
  });

  test('fails as its flow fails, with the last line of the traceback', async () => {
    const started = await paid(app, key('Failing'), 'beefbeef00000003', { how: 'otherwise' });
    expect(await reached('Failing', started, 'failed')).toMatchObject({
      error_code: 'flow_failed',
      message: expect.stringContaining('no luck today'),
    });
  });

  test('outlives a Kodosumi that is killed and one that forgets the sign-in, each event once', async () => {
    const started = await paid(app, key('Long run'), 'beefbeef00000004', { seconds: 25 });
    await expect
      .poll(async () => (await native(app, key('Long run'), started)).events.length, { timeout: 60_000 })
      .toBeGreaterThan(3); // earlier its run still asks the server for files, and fails without it
    await real.panel.kill();
    await sleep(2000);
    await real.panel.start('another secret: no sign-in of before is valid');
    await reached('Long run', started, 'completed');
    const { events } = await native(app, key('Long run'), started);
    const steps = events.filter(({ event }) => event === 'action').map(({ data }) => data);
    expect(steps).toHaveLength(10);
    expect(new Set(steps).size).toBe(10);
  });

  test('is cancelled: its run is killed', async () => {
    const started = await paid(app, key('Long run'), 'beefbeef00000005', { seconds: 100 });
    await expect
      .poll(async () => (await native(app, key('Long run'), started)).events.length, { timeout: 60_000 })
      .toBeGreaterThan(0);
    expect((await post(app, `/runs/${started.jobId}/cancel`, {})).status).toBe(200);
    expect(await reached('Long run', started, 'failed')).toMatchObject({ error_code: 'cancelled' });
  });
});

const key = (name: string): string => keys.get(name) ?? `no flow ${name}`;

async function reached(flow: string, { jobId }: Started, wanted: string): Promise<Record<string, unknown>> {
  let last: Record<string, unknown> = {};
  await expect
    .poll(
      async () => {
        last = await statusOf(app, key(flow), jobId);
        return last['status'] === wanted || last['status'] === 'failed';
      },
      { timeout: 90_000, interval: 300 },
    )
    .toBe(true);
  expect(last).toMatchObject({ status: wanted });
  return last;
}
