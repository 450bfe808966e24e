import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from './command-line.ts';
import { countResults } from './test-results.ts';

const root = join(import.meta.dirname, '..');

/**
 * Passes on what vitest says of errors, but not its stack trace for an option that it does not know. Resolves when it has
 * ended.
 */
export async function untilEnded(child: ChildProcess): Promise<void> {
  let trace: string | undefined;
  child.stderr?.setEncoding('utf8').once('data', (first: string) => {
    if (/^file:.*\/vitest\/dist\/.*\bcac\b/.test(first)) trace = '';
  });
  child.stderr?.on('data', (part: string) => {
    if (trace === undefined) process.stderr.write(part);
    else trace += part;
  });
  await once(child, 'close');
  if (trace === undefined) return;
  const [, what = 'It does not know these arguments'] = /CACError: (.*)/.exec(trace) ?? [];
  throw new UsageError(`vitest: ${what}. npx vitest --help shows its options.`);
}

/** Runs vitest with a config of the root and ends with the one line `N passed, N failed`, and the exit code that fits. */
export async function runVitest(config: string, given: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'steward-results-'));
  const results = join(folder, 'results.json');
  const child = spawn(
    process.execPath,
    [
      join(root, 'node_modules', 'vitest', 'vitest.mjs'),
      'run',
      `--root=${root}`,
      `--config=${join(root, 'tests', config)}`,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${results}`,
      ...given,
    ],
    { stdio: ['inherit', 'inherit', 'pipe'], cwd: root },
  );
  // Ctrl-C in a terminal reaches vitest as well, which ends its servers. This process waits for that.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  await untilEnded(child);
  const { passed, failed } = countResults(results, child.exitCode);
  rmSync(folder, { recursive: true, force: true });
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  if (failed > 0 || passed === 0 || child.exitCode !== 0) process.exitCode = 1;
}
