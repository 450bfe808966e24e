import { readdirSync, readFileSync } from 'node:fs';

/**
 * One process of the bench, with a name that says what it is. `cpuMs` includes children that it has already waited for.
 */
export interface ProcessFacts {
  pid: number;
  name: string;
  cpuMs: number;
  rssBytes: number;
  /** Proportional share of shared pages; undefined where the kernel does not tell. */
  pssBytes: number | undefined;
}

/** CPU and memory by name of process, and the sum of all. */
export interface Usage {
  cpuMs: { [name: string]: number };
  totalCpuMs: number;
}

const MS_PER_TICK = 10; // USER_HZ is 100 on every Linux that Node runs on

const NAMES: readonly (readonly [RegExp, string])[] = [
  [/steward-host\.ts/, 'steward (API and workers)'],
  [/peer-host\.ts/, 'peer (worker and client)'],
  [/service-host\.ts/, 'bench service'],
  [/jobs-host\.ts/, 'Kodosumi and payment service stand-ins'],
  [/sockets-host\.ts/, 'bench sockets'],
  [/bench\/main\.ts/, 'bench driver'],
  [/server start-dev/, 'temporal'],
  [/surfpool-host\.ts/, 'solana chain'],
  [/anvil/, 'evm chain'],
  [/chains\/host\.ts/, 'sample services and facilitator'],
  [/guardian\.ts/, 'guardian'],
  [/postgres/, 'postgres'],
];

interface Stat {
  pid: number;
  parent: number;
  cpuMs: number;
  name: string;
}

/** CPU time of a process and everything below it. */
export function usageOf(root: number): Usage {
  const cpuMs: { [name: string]: number } = {};
  let totalCpuMs = 0;
  for (const process of tree(root)) {
    cpuMs[process.name] = (cpuMs[process.name] ?? 0) + process.cpuMs;
    totalCpuMs += process.cpuMs;
  }
  return { cpuMs, totalCpuMs };
}

/** What was used between two readings, by name. */
export function usedBetween(before: Usage, after: Usage): Usage {
  const names = Object.keys(after.cpuMs);
  const cpuMs = Object.fromEntries(
    names.map((name) => [name, after.cpuMs[name]! - (before.cpuMs[name] ?? 0)]),
  );
  return { cpuMs, totalCpuMs: after.totalCpuMs - before.totalCpuMs };
}

/** Everything below a process, itself included, with its memory. */
export function processesOf(root: number): ProcessFacts[] {
  return tree(root).map(({ pid, name, cpuMs }) => ({ pid, name, cpuMs, ...memoryOf(pid) }));
}

/** CPU time that the whole machine has spent on anything, ms. */
export function machineBusyMs(): number {
  const [, user, nice, system, , , irq, softirq] = readFileSync('/proc/stat', 'utf8')
    .split(/\s+/)
    .map(Number);
  return (user! + nice! + system! + irq! + softirq!) * MS_PER_TICK;
}

function tree(root: number): Stat[] {
  const all = readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => statOf(Number(entry)) ?? []);
  const inside = new Set([root]);
  for (let grown = true; grown;) {
    const more = all.filter(({ pid, parent }) => inside.has(parent) && !inside.has(pid));
    for (const { pid } of more) inside.add(pid);
    grown = more.length > 0;
  }
  return all.filter(({ pid }) => inside.has(pid));
}

/** Undefined when the process ended while we looked. */
function statOf(pid: number): Stat | undefined {
  try {
    const [, rest] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(/\) (.*)/s);
    const fields = rest!.split(' ');
    const ticks = [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0);
    return { pid, parent: Number(fields[1]), cpuMs: ticks * MS_PER_TICK, name: nameOf(pid) };
  } catch {
    return undefined;
  }
}

function nameOf(pid: number): string {
  const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  return NAMES.find(([pattern]) => pattern.test(command))?.[1] ?? 'other';
}

function memoryOf(pid: number): Pick<ProcessFacts, 'rssBytes' | 'pssBytes'> {
  const read = (file: string, field: RegExp): number | undefined => {
    try {
      const kilobytes = field.exec(readFileSync(`/proc/${pid}/${file}`, 'utf8'))?.[1];
      return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
    } catch {
      return undefined;
    }
  };
  return {
    rssBytes: read('status', /^VmRSS:\s+(\d+)/m) ?? 0,
    pssBytes: read('smaps_rollup', /^Pss:\s+(\d+)/m),
  };
}
