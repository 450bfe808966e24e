import { testFlows } from '../../stand-ins/kodosumi/flows/samples.ts';
import { APPROVAL, HYMN, post, until } from '../masumi/support/client.ts';
import { order, paid, sell, type Started } from '../masumi/support/orders.ts';
import { startPaidApp, type PaidApp } from '../masumi/support/paid-app.ts';
import { shortJob as shortTimes } from '../masumi/support/times.ts';
import type { MasumiOverrides } from '../masumi/support/app.ts';

const FAILING = '-_localhost_8001_failing_-_';
const LONG = '-_localhost_8001_long_-_';

/** A way through a job worth remembering: what it is started with and what happens meanwhile. Answers the job. */
export interface JobScenario {
  job?: MasumiOverrides['job'];
  play(app: PaidApp): Promise<Started>;
}

const shortJob = (resultInMs: number) => shortTimes(resultInMs, { workMs: 500, inputMarginMs: 1000 });

const ask = async (app: PaidApp): Promise<Started> => {
  const started = await paid(app, APPROVAL, 'abcdef00abcdef00', { message: 'hello' });
  await until(app, APPROVAL, started.jobId, 'awaiting_input');
  return started;
};

/** One for each way through a job; their recorded histories must replay for ever (architecture decision 15). */
export const JOB_SCENARIOS: { readonly [name: string]: JobScenario } = {
  'job-paid-and-done': { play: (app) => paid(app, HYMN, 'abcdef01abcdef01', { topic: 'autumn' }) },
  'job-asked-and-answered': {
    async play(app) {
      const started = await ask(app);
      const answer = { job_id: started.jobId, input_data: { decision: 'Send' } };
      await post(app, `/mip003/${APPROVAL}/provide_input`, answer);
      return started;
    },
  },
  'job-never-answered': { job: shortJob(4000), play: ask },
  'job-flow-failed': { play: (app) => paid(app, FAILING, 'abcdef02abcdef02', { how: 'known' }) },
  'job-refund-asked-while-working': {
    async play(app) {
      const started = await paid(app, LONG, 'abcdef03abcdef03', { seconds: 2 });
      await until(app, LONG, started.jobId, 'running');
      app.payments.control.requestRefund(started.payment);
      return started;
    },
  },
  'job-not-paid': {
    job: { terms: { ...shortJob(4000).terms, payByMs: 1000 } },
    play: (app) => order(app, HYMN, 'abcdef04abcdef04', { topic: 'winter' }),
  },
  'job-cancelled-while-working': {
    async play(app) {
      const started = await paid(app, LONG, 'abcdef05abcdef05', { seconds: 60 });
      await until(app, LONG, started.jobId, 'running');
      await post(app, `/runs/${started.jobId}/cancel`, {});
      return started;
    },
  },
  'job-too-late-to-begin': {
    job: shortJob(1000),
    async play(app) {
      const started = await order(app, HYMN, 'abcdef06abcdef06', { topic: 'late' });
      await new Promise((settle) => setTimeout(settle, 1000));
      app.payments.control.lockFunds(started.payment);
      return started;
    },
  },
  'job-result-too-late': {
    job: shortJob(4000),
    play: (app) => paid(app, LONG, 'abcdef07abcdef07', { seconds: 60 }),
  },
  'job-hash-submitted-again': {
    async play(app) {
      app.payments.control.fail('POST /payment/submit-result', { kind: 'status', status: 404, times: 2 });
      return paid(app, HYMN, 'abcdef08abcdef08', { topic: 'spring' });
    },
  },
};

/** The family with everything that the scenarios need. */
export async function startScenarioApp({ job }: JobScenario): Promise<PaidApp> {
  const app = await startPaidApp({ flows: testFlows, ...(job === undefined ? {} : { job }) });
  sell(app, FAILING, LONG);
  return app;
}
