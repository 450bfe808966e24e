import { setTimeout as delay } from 'node:timers/promises';
import { USER, type Bench } from '../bench.ts';
import { FREE_REQUEST } from '../free-plan.ts';
import { round } from '../harness/quantiles.ts';

/** What one run costs Temporal: its history. */
export interface HistoryProfile {
  events: number;
  bytes: number;
  workflowTasks: number;
  activities: number;
  localActivityMarkers: number;
  timers: number;
  searchAttributeUpserts: number;
}

export interface ProfileResult {
  steward: HistoryProfile;
  peer: HistoryProfile;
  /** Statements of one run by name, at concurrency 20 where groups form. */
  statementsPerRun: { [statement: string]: number };
  statementsPerRunTotal: number;
  databaseCommitsPerRun: number;
  walBytesPerRun: number;
  eventsPerRun: number;
}

const RUNS = 40;
const STATISTICS_DELAY_MS = 1500; // PostgreSQL's backends report at most once a second

/** Where the work of one run goes: Temporal's history and PostgreSQL's statements. */
export async function measureProfile(bench: Bench): Promise<ProfileResult> {
  const { steward, peer } = bench;
  const runId = await steward.ask<string>('one', { request: FREE_REQUEST, userId: USER });
  const peerId = await peer.ask<string>('one', { kind: 'remote' });
  const before = await readDatabase(bench);
  const statementsBefore = await steward.ask<{ [name: string]: number }>('statements');
  await steward.ask('load', { request: FREE_REQUEST, userId: USER, count: RUNS, concurrency: 20 });
  const statementsAfter = await steward.ask<{ [name: string]: number }>('statements');
  const after = await readDatabase(bench);
  const statements = Object.entries(statementsAfter)
    .map(([name, count]) => [name, round((count - (statementsBefore[name] ?? 0)) / RUNS)] as const)
    .filter(([, count]) => count >= 0.05)
    .toSorted((a, b) => b[1] - a[1]);
  return {
    steward: await historyOf(bench, runId),
    peer: await historyOf(bench, peerId),
    statementsPerRun: Object.fromEntries(statements),
    statementsPerRunTotal: round(statements.reduce((sum, [, count]) => sum + count, 0)),
    databaseCommitsPerRun: round((after.commits - before.commits) / RUNS),
    walBytesPerRun: Math.round((after.wal - before.wal) / RUNS),
    eventsPerRun: round((after.events - before.events) / RUNS),
  };
}

async function readDatabase({ database }: Bench): Promise<{ commits: number; wal: number; events: number }> {
  await delay(STATISTICS_DELAY_MS);
  const { rows } = await database.query<{ commits: string; wal: string; events: string }>(
    `select (select xact_commit from pg_stat_database where datname = current_database())::text as commits,
            pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::text as wal,
            (select count(*) from event)::text as events`,
  );
  const row = rows[0]!;
  return { commits: Number(row.commits), wal: Number(row.wal), events: Number(row.events) };
}

export async function historyOf(
  { temporal }: Pick<Bench, 'temporal'>,
  workflowId: string,
): Promise<HistoryProfile> {
  const handle = temporal.workflow.getHandle(workflowId);
  const [{ events }, description] = await Promise.all([handle.fetchHistory(), handle.describe()]);
  const count = (attributes: keyof NonNullable<typeof events>[number]): number =>
    (events ?? []).filter((event) => event[attributes] !== undefined && event[attributes] !== null).length;
  return {
    events: events?.length ?? 0,
    bytes: description.historySize ?? 0,
    workflowTasks: count('workflowTaskCompletedEventAttributes'),
    activities: count('activityTaskScheduledEventAttributes'),
    localActivityMarkers: count('markerRecordedEventAttributes'),
    timers: count('timerStartedEventAttributes'),
    searchAttributeUpserts: count('upsertWorkflowSearchAttributesEventAttributes'),
  };
}
