import { execFileSync } from 'node:child_process';
import { cpus, release, totalmem } from 'node:os';
import { readFileSync } from 'node:fs';

/** The machine and the programs on which the numbers were measured. */
export interface Hardware {
  cpu: string;
  cores: number;
  memoryGiB: number;
  os: string;
  node: string;
  temporalSdk: string;
  temporalServer: string;
  postgres: string;
  commit: string;
}

export function hardware(servers: { temporal: string; postgres: string }): Hardware {
  const packages = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    dependencies: { [name: string]: string };
  };
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Number((totalmem() / 2 ** 30).toFixed(1)),
    os: `${process.platform} ${process.arch}, kernel ${release()}`,
    node: process.version,
    temporalSdk: packages.dependencies['@temporalio/worker'] ?? 'unknown',
    temporalServer: servers.temporal,
    postgres: servers.postgres,
    commit: commit(),
  };
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
    }).trim();
  } catch {
    return 'unknown';
  }
}
