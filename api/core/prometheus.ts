import type { ReportRow } from '../../db/repositories/reconciliation.ts';
import type { RunFigures } from '../../db/repositories/run-lists.ts';

type Kind = 'gauge' | 'counter';

/** The figures as Prometheus text. Counts come from the database: every API process shows the same ones. */
export function prometheusText(figures: RunFigures, books: ReportRow | undefined): string {
  const memory = process.memoryUsage();
  const cpu = process.cpuUsage();
  return [
    metric('steward_runs_total', 'counter', 'Runs ever created.', figures.total),
    labelled('steward_runs_finished_total', 'counter', 'Runs by how they ended.', 'status', {
      completed: figures.completed,
      failed: figures.failed,
      cancelled: figures.cancelled,
    }),
    metric('steward_runs_active', 'gauge', 'Runs that have not ended.', figures.active),
    metric(
      'steward_runs_waiting_to_start',
      'gauge',
      'Runs that Temporal has not confirmed yet.',
      figures.waiting_to_start,
    ),
    metric(
      'steward_run_seconds_total',
      'counter',
      'Time that finished runs took, summed.',
      figures.total_seconds,
    ),
    ...(books === undefined ? [] : booksMetrics(books)),
    metric('process_resident_memory_bytes', 'gauge', 'Memory of this process.', memory.rss),
    metric(
      'process_cpu_seconds_total',
      'counter',
      'CPU time of this process.',
      (cpu.user + cpu.system) / 1e6,
    ),
    metric('process_uptime_seconds', 'gauge', 'Age of this process.', process.uptime()),
  ].join('');
}

/** The last three-way check. A drift that is explained by what is under way is 0. */
function booksMetrics({ checked_at: checkedAt, accounts, findings }: ReportRow): string[] {
  const open = findings.filter(({ repaired }) => repaired !== true);
  return [
    metric(
      'steward_ledger_checked_timestamp_seconds',
      'gauge',
      'When chains, ledger and runs were compared last.',
      checkedAt.getTime() / 1000,
    ),
    metric('steward_ledger_findings', 'gauge', 'Differences that the last check left open.', open.length),
    head(
      'steward_ledger_drift',
      'gauge',
      'Minor units that a chain account holds more than the ledger says, unexplained.',
    ),
    ...accounts
      .filter(({ chain }) => chain !== null)
      .map(
        ({ account_id: account, asset, drift, explained }) =>
          `steward_ledger_drift{account="${String(account)}",asset="${String(asset)}"} ${explained === true ? '0' : String(drift)}\n`,
      ),
  ];
}

export const metric = (name: string, kind: Kind, help: string, value: number): string =>
  `${head(name, kind, help)}${name} ${value}\n`;

export function labelled(
  name: string,
  kind: Kind,
  help: string,
  label: string,
  values: Record<string, number>,
): string {
  const lines = Object.entries(values).map(([key, value]) => `${name}{${label}="${key}"} ${value}\n`);
  return head(name, kind, help) + lines.join('');
}

const head = (name: string, kind: Kind, help: string): string =>
  `# HELP ${name} ${help}\n# TYPE ${name} ${kind}\n`;
