import { spawnSync } from 'node:child_process';
import { runScript, UsageError } from './command-line.ts';

const GATES: readonly [name: string, command: string, ...args: string[]][] = [
  ['format', 'oxfmt', '--check', '.'],
  ['lint', 'oxlint', '--type-aware', '--deny-warnings', '.'],
  ['types', 'tsc', '--noEmit', '-p', 'tsconfig.json'],
  ['types of workflows', 'tsc', '--noEmit', '-p', 'workflows/tsconfig.json'],
  ['import table', 'depcruise', '--config', '.dependency-cruiser.cjs', '--output-type', 'err', '.'],
  ['dead code', 'knip'],
  ['contracts', 'node', 'contracts/build.ts', '--check'],
  ['deployment files', 'node', 'scripts/check-deploy.ts'],
  [
    'unit tests',
    'vitest',
    'run',
    '--config',
    'tests/vitest.config.ts',
    '--project',
    'unit',
    '--reporter',
    'dot',
  ],
  ['workflow bundle', 'node', 'scripts/check-bundle.ts'],
  ['.env.example', 'node', 'scripts/env-example.ts', '--check'],
  ['docs/SETTINGS.md', 'node', 'scripts/settings.ts', '--check'],
];

await runScript({
  name: 'check',
  about:
    'The one gate: what a change must pass before it is committed. Runs everything, then says what failed.',
  options: { without: { about: 'leave out a gate that was just run', value: 'GATE', many: true } },
  examples: ['steward check', "steward check --without 'unit tests'"],
  run: ({ values: { without } }) => runGates(without),
});

function runGates(without: readonly string[]): void {
  const unknown = without.find((name) => !GATES.some(([gate]) => gate === name));
  if (unknown !== undefined)
    throw new UsageError(
      `There is no gate "${unknown}". The gates are: ${GATES.map(([gate]) => gate).join(', ')}.`,
    );
  const failed: string[] = [];
  for (const [name, command, ...args] of GATES) {
    if (without.includes(name)) continue;
    const started = performance.now();
    const { status, stdout, stderr } = spawnSync(command, args, {
      encoding: 'utf8',
      env: process.env,
      maxBuffer: 1 << 26,
    });
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    process.stdout.write(`${status === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)\n`);
    if (status === 0) continue;
    failed.push(name);
    process.stdout.write(`${stdout}${stderr}\n`);
  }
  process.stdout.write(failed.length === 0 ? 'All gates passed.\n' : `Failed: ${failed.join(', ')}.\n`);
  process.exitCode = failed.length === 0 ? 0 : 1;
}
