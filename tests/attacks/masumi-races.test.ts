import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createKodosumiActivities } from '../../activities/kodosumi/activities.ts';
import { insertJob, keepSale } from '../../db/masumi/jobs.ts';
import { insertRun } from '../../db/repositories/runs.ts';
import type { Sale } from '../../domain/masumi/ports/jobs.ts';
import type { MasumiNode } from '../../domain/masumi/ports/masumi-node.ts';
import { markdown, type StandInFlow } from '../../stand-ins/kodosumi/flow.ts';
import { testFlows } from '../../stand-ins/kodosumi/flows/samples.ts';
import { APPROVAL, HYMN, post, startJob, statusOf, until } from '../masumi/support/client.ts';
import { order, paid, sell, type Started } from '../masumi/support/orders.ts';
import { startPaidApp, type PaidApp } from '../masumi/support/paid-app.ts';
import { SHORT_JOB } from '../masumi/support/times.ts';

/**
 * Two things happen at the same moment. However a race ends, there is one launch at most, no run works on for a job
 * that was given up, and a hash is at the payment service if, and only if, the job is completed.
 */
const LONG = '-_localhost_8001_long_-_';
const files: StandInFlow = {
  url: '/-/localhost/8001/slow-files/-/',
  summary: 'Slow files',
  elements: [{ type: 'file', name: 'file', label: 'file', value: null, required: true }],
  run: () => Promise.resolve(markdown('read')),
};
/** Called before a hash goes out. */
let beforeSubmit: () => Promise<void> = () => Promise.resolve();
let app: PaidApp;

beforeAll(async () => {
  app = await startPaidApp({
    flows: [...testFlows, files],
    wrapNode: (real): MasumiNode => ({
      ...real,
      async submitResult(identifier, hash) {
        await beforeSubmit();
        return real.submitResult(identifier, hash);
      },
    }),
  });
  sell(app, LONG);
});
afterAll(() => app.close());

const runsWith = (name: string, value: unknown) =>
  app.kodosumi.control.runs().filter(({ inputs }) => inputs[name] === value);

const cancel = ({ jobId }: Started) => post(app, `/runs/${jobId}/cancel`, {});

const wait = (ms: number): Promise<void> => new Promise((settle) => setTimeout(settle, ms));

/** Hashes at the payment service, on the chain or on its way there. */
async function hashOf({ payment }: Started): Promise<string | null> {
  const seen = await app.node.resolve(payment);
  return seen?.resultHash ?? seen?.nextAction.resultHash ?? null;
}

/** The one rule about hashes. */
async function expectHashIffCompleted(key: string, started: Started): Promise<void> {
  const { status } = await until(app, key, started.jobId, 'completed', 'failed');
  await wait(500); // time for a hash that nobody should send
  expect((await hashOf(started)) !== null, String(status)).toBe(status === 'completed');
}

describe('A cancellation', () => {
  test('during a slow launch at Kodosumi leaves no run behind', async () => {
    const started = await order(app, LONG, 'dd00dd00dd00dd00', { seconds: 61 });
    app.payments.control.lockFunds(started.payment);
    app.kodosumi.control.slow(1500);
    await until(app, LONG, started.jobId, 'running');
    await wait(500);
    expect((await cancel(started)).status).toBe(200);
    app.kodosumi.control.slow(0);
    expect(await until(app, LONG, started.jobId, 'failed')).toMatchObject({ error_code: 'cancelled' });
    await wait(2000);
    expect(runsWith('seconds', 61)).toEqual([]);
    await expectHashIffCompleted(LONG, started);
  });

  test('of a launch whose answer was lost finds the run and ends it', async () => {
    const started = await order(app, LONG, 'dd01dd01dd01dd01', { seconds: 62 });
    app.kodosumi.control.loseLaunchAnswers(1);
    app.payments.control.lockFunds(started.payment);
    await expect.poll(() => runsWith('seconds', 62).length, { interval: 20 }).toBe(1);
    await cancel(started);
    await until(app, LONG, started.jobId, 'failed');
    await expect.poll(() => runsWith('seconds', 62)).toEqual([]);
    await expectHashIffCompleted(LONG, started);
  });

  test.each([0, 30, 100, 300])('%i ms into the launch ends what it launched', async (afterMs) => {
    const seconds = 70 + afterMs;
    const started = await order(app, LONG, `dd02dd02dd02${String(afterMs).padStart(4, '0')}`, { seconds });
    app.payments.control.lockFunds(started.payment);
    await until(app, LONG, started.jobId, 'running');
    await wait(afterMs);
    await cancel(started);
    await until(app, LONG, started.jobId, 'failed');
    await expect.poll(() => runsWith('seconds', seconds)).toEqual([]);
  });

  test.each(['before', 'after'] as const)(
    'while the hash is submitted, %s the payment service has it, is completed or gives everything back',
    async (when) => {
      const started = await order(app, HYMN, when === 'before' ? 'dd03dd03dd03dd03' : 'dd04dd04dd04dd04', {
        topic: `submitting ${when}`,
      });
      let submitting = false;
      if (when === 'after')
        app.payments.control.fail('POST /payment/submit-result', { kind: 'timeout-after' });
      beforeSubmit = async () => {
        submitting = true;
        await wait(when === 'before' ? 800 : 0);
      };
      app.payments.control.lockFunds(started.payment);
      await expect.poll(() => submitting, { interval: 10 }).toBe(true);
      await cancel(started);
      await expectHashIffCompleted(HYMN, started);
      beforeSubmit = () => Promise.resolve();
    },
  );

  test('of a job that waits for money launches nothing, even when the money comes', async () => {
    const started = await order(app, HYMN, 'dd05dd05dd05dd05', { topic: 'cancelled and paid' });
    app.payments.control.lockFunds(started.payment);
    await cancel(started);
    const { status } = await until(app, HYMN, started.jobId, 'completed', 'failed');
    await wait(1000);
    expect(runsWith('topic', 'cancelled and paid').length).toBeLessThanOrEqual(
      status === 'completed' ? 1 : 0,
    );
    await expectHashIffCompleted(HYMN, started);
  });
});

describe('money that comes at the moment when its time ends', () => {
  const PAY_BY_MS = 2000;
  let brief: PaidApp;
  beforeAll(async () => {
    brief = await startPaidApp({ job: { terms: { ...SHORT_JOB.terms, payByMs: PAY_BY_MS } } });
  });
  afterAll(() => brief.close());

  test('or a little before or after, either buys the work or launches nothing', async () => {
    await Promise.all([-60, -20, 0, 20, 60].map(pay));
  });

  async function pay(afterMs: number): Promise<void> {
    const topic = `moment ${afterMs}`;
    const identifier = `dd10dd10dd10${String(100 + afterMs).padStart(4, '0')}`;
    const { body } = await startJob(brief, HYMN, identifier, { topic });
    const jobId = String(body['job_id']);
    await wait(Number(body['payByTime']) + afterMs - Date.now());
    brief.payments.control.lockFunds(String(body['blockchainIdentifier']));
    const ended = await until(brief, HYMN, jobId, 'completed', 'failed');
    const launches = brief.kodosumi.control.runs().filter(({ inputs }) => inputs['topic'] === topic);
    expect(launches).toHaveLength(ended['status'] === 'completed' ? 1 : 0);
    if (ended['status'] === 'failed') expect(ended['error_code']).toBe('payment_timeout');
  }
});

describe('A question', () => {
  test('that is answered here and in Kodosumi at the same moment is answered once', async () => {
    const started = await paid(app, APPROVAL, 'dd06dd06dd06dd06', { message: 'both' });
    const asked = await until(app, APPROVAL, started.jobId, 'awaiting_input');
    const fid = app.kodosumi.control.runs().find(({ url }) => url.includes('approval'))!.fid;
    const [here, there] = await Promise.all([
      post(app, `/mip003/${APPROVAL}/provide_input`, {
        job_id: started.jobId,
        status_id: asked['id'],
        input_data: { decision: 'Send' },
      }),
      app.options.kodosumi!.answerLock(fid, String(asked['id']), { decision: 'send' }),
    ]);
    expect([200, 409]).toContain(here.status);
    if (here.status === 409) expect(there).toEqual({ kind: 'taken' });
    await until(app, APPROVAL, started.jobId, 'completed');
    await expectHashIffCompleted(APPROVAL, started);
  });
});

describe('Kodosumi', () => {
  test('that goes away between launch and first event is waited for, and the launch is not repeated', async () => {
    const started = await order(app, HYMN, 'dd07dd07dd07dd07', { topic: 'gone at once' });
    app.payments.control.lockFunds(started.payment);
    await expect.poll(() => runsWith('topic', 'gone at once').length, { interval: 5 }).toBe(1);
    await app.kodosumi.control.startOutage();
    await wait(1000);
    expect(await statusOf(app, HYMN, started.jobId)).toMatchObject({ status: 'running' });
    await app.kodosumi.control.endOutage();
    await until(app, HYMN, started.jobId, 'completed');
    expect(runsWith('topic', 'gone at once')).toHaveLength(1);
  });
});

describe('Two tries of one launch', () => {
  const jobOf = async (id: string): Promise<void> => {
    const { db, sealer } = app.deps;
    const run = { id, tenant: 'default', family: 'masumi', kind: 'flow', subject: 'local', workflowId: id };
    await insertRun(db.pool, sealer, { ...run, input: {}, settings: { flowUrl: files.url } });
    const inputs = { values: {}, files: [{ name: 'file', urls: ['https://files.example/slow'] }] };
    await insertJob(db.pool, sealer, {
      runId: id,
      tenant: 'default',
      flowKey: 'flow',
      identifier: id,
      inputHash: '',
      inputs,
    });
    const payment: Sale = {
      blockchainIdentifier: id,
      payByTime: 0,
      submitResultTime: 0,
      unlockTime: 0,
      externalDisputeUnlockTime: 0,
      sellerVkey: null,
      amounts: [],
      sourceType: null,
    };
    await keepSale(db.pool, id, payment, { onChainState: 'FundsLocked', nextAction: null }, false);
  };
  /** Files that take as long as the test wants; `arrive` lets all of them come at once. */
  const launching = () => {
    let arrive: () => void = () => undefined;
    const arrived = new Promise<void>((settle) => (arrive = settle));
    let launches = 0;
    let fetching = 0;
    const kodosumi = app.options.kodosumi!;
    const { checkpoint: _ofRequests, ...deps } = app.deps;
    const { launchJob } = createKodosumiActivities({
      ...deps,
      values: undefined as never,
      kodosumi: {
        ...kodosumi,
        upload: () => Promise.resolve('{}'),
        launch: () => Promise.resolve({ kind: 'launched', fid: `fid-${String(++launches)}-${Date.now()}` }),
      },
      fetchFile: async () => {
        fetching++;
        await arrived;
        return { filename: 'slow', bytes: new Uint8Array() };
      },
      pollMs: 100,
      launchMs: 10_000,
      lookForMs: 60_000,
      tell: () => Promise.resolve(),
      warn: () => undefined,
    });
    return { launchJob, arrive, launches: () => launches, fetching: () => fetching };
  };

  test('that wait for the same slow file launch once, although the purchaser decides how slow it is', async () => {
    await jobOf('dd08');
    const { launchJob, arrive, launches, fetching } = launching();
    const request = { ride: { runId: 'dd08', events: [] }, runId: 'dd08' };
    const tries = [launchJob(request), launchJob(request), launchJob(request)];
    await expect.poll(fetching, { interval: 5 }).toBe(3);
    arrive();
    const ended = await Promise.allSettled(tries);
    expect(ended.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(launches()).toBe(1);
    expect(await launchJob(request)).toMatchObject({ kind: 'launched' });
    expect(launches()).toBe(1);
  });

  test('of a job that was given up during its download launch nothing', async () => {
    await jobOf('dd09');
    const { launchJob, arrive, launches, fetching } = launching();
    const asked = launchJob({ ride: { runId: 'dd09', events: [] }, runId: 'dd09' });
    await expect.poll(fetching, { interval: 5 }).toBe(1);
    await app.db.pool.query(`update run set status = 'compensating' where id = 'dd09'`);
    arrive();
    await expect(asked).rejects.toThrow('given up');
    expect(launches()).toBe(0);
  });
});
