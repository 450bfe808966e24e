import { prepareKodosumi } from '../tests/kodosumi/real/python.ts';
import { runVitest } from './run-vitest.ts';

/** The suites on a real Kodosumi, one Ray at a time. Where none can run it says why, and succeeds. */
export async function runRealKodosumi(given: readonly string[]): Promise<void> {
  const found = await prepareKodosumi();
  if (found.kind === 'ready') await runVitest('vitest.kodosumi.config.ts', given);
  else
    process.stdout.write(`The suites of the real Kodosumi are not run: ${found.why}.\n0 passed, 0 failed\n`);
}
