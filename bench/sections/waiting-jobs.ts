import { setTimeout as delay } from 'node:timers/promises';
import type { Bench } from '../bench.ts';
import { closedLoop } from '../harness/load.ts';
import { processesOf } from '../harness/process-tree.ts';
import { round, spreadOf, type Spread } from '../harness/quantiles.ts';
import { watched, type Stretch } from '../harness/quiet.ts';
import { historyOf } from './profile.ts';

/** Jobs that wait for their payment: what they cost while nothing happens, and how fast one of them wakes up. */
export interface WaitingJobsResult {
  wanted: number;
  waiting: number;
  /** The time for starting jobs ran out before all had started. */
  cutOff: boolean;
  startsPerSecond: number;
  startMs: Spread;
  /** CPU that one start took, by process. */
  cpuMsPerStart: { [process: string]: number };
  /** Requests to the payment service while all jobs wait and nothing happens; by call as well. */
  requestsPerMinute: number;
  requestsPerMinuteByCall: { [call: string]: number };
  /** How many requests there would be if each job were asked for every ten seconds. */
  pollingEachPerMinute: number;
  /** One look at the payment service for all of them, as Temporal saw it. */
  lookMs: Spread;
  /** Temporal's history of one waiting job. */
  historyEvents: number;
  historyBytes: number;
  timers: number;
  /** The process of API and workers, and what each job added to it. */
  rssMiB: number;
  kilobytesPerJob: number;
  /** CPU of everything while all wait, cores. */
  coresWhileWaiting: number;
  /** From the funds on the chain to `running`, for jobs among all those that wait. */
  fundsToRunningMs: Spread;
  foreignCores: number;
}

const FLOW = '-_localhost_8001_hymn_-_';
const EACH_MS = 10_000; // masumi.md section 3: "poll 10 s"
const MINUTE_MS = 60_000;
const AT_ONCE = 20;
const SIZES = {
  quick: { jobs: 300, startForMs: 60_000, stillForMs: 30_000, paid: 3 },
  full: { jobs: 10_000, startForMs: 900_000, stillForMs: 120_000, paid: 10 },
};

interface StartedJob {
  id: string;
  payment: string;
}

/** `count`: how many jobs, where it is not the size of the bench. */
export async function measureWaitingJobs(bench: Bench, count?: number): Promise<WaitingJobsResult> {
  const size = bench.quick ? SIZES.quick : SIZES.full;
  const wanted = count ?? size.jobs;
  const before = memory(bench);
  const {
    result: { jobs, latencies, elapsedMs },
    stretch,
  } = await watched(() => startJobs(bench, wanted, size.startForMs));
  const startsPerSecond = round((jobs.length * 1000) / elapsedMs, 1);
  bench.say(`  ${jobs.length} of ${wanted} jobs wait, ${startsPerSecond} started a second`);
  await age(bench);
  const still = await holdStill(bench, size.stillForMs);
  bench.say(`  ${still.requestsPerMinute} requests a minute, p50 of a look ${still.lookMs.p50} ms`);
  const { events, bytes, timers } = await historyOf(bench, jobs[0]!.id);
  const rss = memory(bench);
  const fundsToRunningMs = await payFor(bench, spaced(jobs, size.paid));
  bench.say(`  funds to running: p50 ${fundsToRunningMs.p50} ms, max ${fundsToRunningMs.max} ms`);
  return {
    wanted,
    waiting: jobs.length,
    cutOff: jobs.length < wanted,
    startsPerSecond,
    startMs: spreadOf(latencies),
    cpuMsPerStart: perJob(stretch, jobs.length),
    ...still,
    pollingEachPerMinute: (jobs.length * MINUTE_MS) / EACH_MS,
    historyEvents: events,
    historyBytes: bytes,
    timers,
    rssMiB: Math.round(rss / 2 ** 20),
    kilobytesPerJob: round((rss - before) / jobs.length / 1024, 1),
    fundsToRunningMs,
  };
}

const perJob = ({ used }: Stretch, count: number): { [process: string]: number } =>
  Object.fromEntries(
    Object.entries(used.cpuMs)
      .map(([name, ms]) => [name, round(ms / count, 1)] as const)
      .filter(([, ms]) => ms >= 0.5),
  );

/** Orders as purchasers do. Orders that would begin after the time is over are not made. */
async function startJobs(
  { client }: Bench,
  count: number,
  forMs: number,
): Promise<{ jobs: StartedJob[]; latencies: number[]; elapsedMs: number }> {
  const jobs: StartedJob[] = [];
  const latencies: number[] = [];
  const until = performance.now() + forMs;
  const { elapsedMs } = await closedLoop(count, AT_ONCE, async () => {
    const began = performance.now();
    if (began > until) return;
    const answer = await client.post<{ job_id: string; blockchainIdentifier: string }>(
      `/mip003/${FLOW}/start_job`,
      { identifier_from_purchaser: identifier(), input_data: { topic: 'waiting' } },
    );
    latencies.push(performance.now() - began);
    jobs.push({ id: answer.job_id, payment: answer.blockchainIdentifier });
  });
  return { jobs, latencies, elapsedMs };
}

const identifier = (): string => crypto.randomUUID().replaceAll('-', '').slice(0, 24);

/** As if the jobs had waited for an hour: those that no list has shown for long are asked about one by one. */
const age = async ({ database }: Bench): Promise<void> =>
  void (await database.query(
    `update job set created_at = created_at - interval '1 hour', checked_at = checked_at - interval '1 hour'`,
  ));

type Still = Pick<
  WaitingJobsResult,
  'requestsPerMinute' | 'requestsPerMinuteByCall' | 'lookMs' | 'coresWhileWaiting' | 'foreignCores'
>;

/** A stretch in which nothing happens except looks at the payment service. */
async function holdStill(bench: Bench, forMs: number): Promise<Still> {
  const stats = (): Promise<{ [call: string]: number }> => bench.jobs.ask('stats');
  await delay(EACH_MS); // the rest of the starts is done by then, and a look has seen all jobs
  const [before, from] = [await stats(), Date.now()];
  const { stretch } = await watched(() => delay(forMs));
  const after = await stats();
  const minutes = stretch.elapsedMs / MINUTE_MS;
  const byCall = Object.entries(after)
    .map(([call, count]) => [call, round((count - (before[call] ?? 0)) / minutes, 1)] as const)
    .filter(([, count]) => count > 0);
  return {
    requestsPerMinute: round(
      byCall.reduce((sum, [, count]) => sum + count, 0),
      1,
    ),
    requestsPerMinuteByCall: Object.fromEntries(byCall),
    lookMs: spreadOf(await looksSince(bench, from)),
    coresWhileWaiting: round(stretch.used.totalCpuMs / stretch.elapsedMs),
    foreignCores: stretch.foreignCores,
  };
}

/** Durations of the watch's activity, from its workflow's history. */
async function looksSince({ temporal }: Bench, sinceMs: number): Promise<number[]> {
  const running = { query: `WorkflowType = 'masumiWatch' and ExecutionStatus = 'Running'` };
  let workflowId: string | undefined;
  for await (const watch of temporal.workflow.list(running)) workflowId = watch.workflowId;
  if (workflowId === undefined) throw new Error('Nobody watches the payment service.');
  const { events } = await temporal.workflow.getHandle(workflowId).fetchHistory();
  const startedAt = new Map<string, number>();
  const looks: number[] = [];
  for (const event of events ?? []) {
    const at = Number(event.eventTime?.seconds ?? 0) * 1000 + (event.eventTime?.nanos ?? 0) / 1e6;
    if (event.activityTaskStartedEventAttributes) startedAt.set(String(event.eventId), at);
    const done = event.activityTaskCompletedEventAttributes;
    const began = startedAt.get(String(done?.startedEventId));
    if (began !== undefined && began >= sinceMs) looks.push(at - began);
  }
  return looks;
}

async function payFor(bench: Bench, jobs: readonly StartedJob[]): Promise<Spread> {
  const times: number[] = [];
  for (const { id, payment } of jobs) {
    const began = performance.now();
    await bench.jobs.ask('lockFunds', { identifier: payment });
    while ((await statusOf(bench, id)) === 'awaiting_payment') await delay(50);
    times.push(performance.now() - began);
  }
  return spreadOf(times);
}

const statusOf = async ({ client }: Bench, id: string): Promise<string> =>
  (JSON.parse(await client.get(`/mip003/${FLOW}/status?job_id=${id}`)) as { status: string }).status;

/** Some of the jobs, spread over all of them. */
const spaced = <T>(items: readonly T[], count: number): T[] =>
  items.filter((_, index) => index % Math.ceil(items.length / count) === 0);

const memory = ({ steward }: Bench): number =>
  processesOf(steward.pid).find(({ pid }) => pid === steward.pid)!.rssBytes;
