/**
 * Runs the tests and ends with one line, `N passed, N failed`. `--full` adds those that take minutes (tests/**\/*.full.ts),
 * `--long` runs only those; every other argument goes to vitest.
 */
import { runVitest } from './run-vitest.ts';

const given = process.argv.slice(2);
const long = given.includes('--long');
const config = long
  ? 'vitest.long.config.ts'
  : given.includes('--full')
    ? 'vitest.full.config.ts'
    : 'vitest.config.ts';
const others = given.filter((argument) => argument !== '--full' && argument !== '--long');
await runVitest(config, [...(long ? ['--project', 'stack'] : []), ...others]);
