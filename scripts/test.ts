import { runScript } from './command-line.ts';
import { runRealKodosumi } from './real-kodosumi.ts';
import { runVitest } from './run-vitest.ts';

await runScript({
  name: 'test',
  about: 'Runs the tests, and ends with one line: N passed, N failed.',
  options: {
    full: { about: 'with those that take minutes (tests/**/*.full.ts)' },
    long: { about: 'only those' },
  },
  passesOn: 'vitest',
  examples: ['steward test', 'steward test --full', "steward test tests/api -t 'every route'"],
  notes:
    '--full and --long end with a real Kodosumi, where there can be one. Every other argument goes to vitest.',
  async run({ values: { full, long }, positionals: others }) {
    const config = long ? 'vitest.long.config.ts' : full ? 'vitest.full.config.ts' : 'vitest.config.ts';
    await runVitest(config, [...(long ? ['--project', 'stack'] : []), ...others]);
    // It wants the machine for itself, so it comes last; who asks for single files asks for it by its own name.
    if ((long || full) && others.length === 0) await runRealKodosumi([]);
  },
});
