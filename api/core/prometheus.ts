import type { RunFigures } from '../../db/repositories/run-lists.ts';

type Kind = 'gauge' | 'counter';

/** The figures as Prometheus text. Counts come from the database: every API process shows the same ones. */
export function prometheusText(figures: RunFigures): string {
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

const metric = (name: string, kind: Kind, help: string, value: number): string =>
  `${head(name, kind, help)}${name} ${value}\n`;

function labelled(
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
