import { seeded } from '../kills/siege.ts';
import type { Restartable } from '../kills/restartable.ts';
import type { Victims } from '../kills/victims.ts';
import { withClient } from '../support/database-admin.ts';

/** Longer than every lease: a claim (two seconds in the siege), a heartbeat (six), a workflow task (ten). */
const FREEZE_MS = 13_000;

type Strike = (victims: Victims, pick: <T>(list: readonly T[]) => T) => Promise<unknown>;

/** Everything that is done to the stack in one siege, and how often. */
const RECIPE: { [blow: string]: { times: number; strike: Strike } } = {
  'SIGKILL an API': { times: 3, strike: ({ processes }, pick) => pick(processes.api).kill() },
  'SIGKILL a worker': { times: 4, strike: ({ processes }, pick) => pick(processes.worker).kill() },
  'SIGKILL Temporal': { times: 2, strike: ({ processes }) => processes.temporal.kill() },
  'SIGKILL PostgreSQL': { times: 2, strike: ({ processes }) => processes.database!.kill() },
  'SIGSTOP an API': { times: 3, strike: ({ processes }, pick) => pick(processes.api).freeze(FREEZE_MS) },
  'SIGSTOP a worker': { times: 3, strike: ({ processes }, pick) => pick(processes.worker).freeze(FREEZE_MS) },
  'cut every database connection': { times: 6, strike: ({ config }) => cutConnections(config.DATABASE_URL!) },
  'SIGKILL everything at once': { times: 2, strike: ({ processes }) => crashAll(processes) },
};

export interface Blow {
  name: string;
  strike(victims: Victims): Promise<unknown>;
}

/** The blows of one siege. The seed decides their order, so that a siege that fails can be repeated. */
export function drawBlows(seed: number): Blow[] {
  const random = seeded(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const all = Object.entries(RECIPE).flatMap(([name, { times, strike }]) =>
    Array.from({ length: times }, () => ({ name, strike: (victims: Victims) => strike(victims, pick) })),
  );
  return all
    .map((blow) => ({ blow, at: random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ blow }) => blow);
}

async function cutConnections(url: string): Promise<void> {
  await withClient(url, (client) =>
    client.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()',
    ),
  );
}

async function crashAll({ worker, api, temporal, database }: Victims['processes']): Promise<void> {
  const servers = [database!, temporal];
  const ours = [...worker, ...api];
  await Promise.all([...servers, ...ours].map((one: Restartable) => one.killOnly()));
  await Promise.all(servers.map((one) => one.start()));
  await Promise.all(ours.map((one) => one.start()));
}
