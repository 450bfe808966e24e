import { processesOf } from '../harness/process-tree.ts';
import { round } from '../harness/quantiles.ts';

/**
 * CPU and memory of the embedded stack by process. PSS divides shared pages among their users, so it can be added up.
 */
export interface ResourceReport {
  processes: { name: string; cpuSeconds: number; rssMiB: number; pssMiB: number | null }[];
  totalRssMiB: number;
  totalPssMiB: number | null;
}

const MIB = 2 ** 20;

export function resourcesOf(pid: number): ResourceReport {
  const byName = Map.groupBy(processesOf(pid), ({ name }) => name);
  const processes = [...byName].map(([name, members]) => ({
    name,
    cpuSeconds: round(sum(members, ({ cpuMs }) => cpuMs) / 1000, 1),
    rssMiB: Math.round(sum(members, ({ rssBytes }) => rssBytes) / MIB),
    pssMiB: members.every(({ pssBytes }) => pssBytes !== undefined)
      ? Math.round(sum(members, ({ pssBytes }) => pssBytes ?? 0) / MIB)
      : null,
  }));
  return {
    processes: processes.toSorted((a, b) => b.rssMiB - a.rssMiB),
    totalRssMiB: sum(processes, ({ rssMiB }) => rssMiB),
    totalPssMiB: processes.every(({ pssMiB }) => pssMiB !== null)
      ? sum(processes, ({ pssMiB }) => pssMiB ?? 0)
      : null,
  };
}

const sum = <T>(items: readonly T[], of: (item: T) => number): number =>
  items.reduce((total, item) => total + of(item), 0);
