/**
 * Runs the tests and ends with one line, `N passed, N failed`. `--full` adds those that take minutes (tests/**\/*.full.ts),
 * `--long` runs only those; both end with a real Kodosumi, where there can be one. Every other argument goes to vitest.
 */
import { runRealKodosumi } from './real-kodosumi.ts';
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
// It wants the machine for itself, so it comes last. When single files are asked for, it is left out.
if ((long || given.includes('--full')) && others.length === 0) await runRealKodosumi([]);
