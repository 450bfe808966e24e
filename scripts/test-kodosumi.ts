import { runScript } from './command-line.ts';
import { runRealKodosumi } from './real-kodosumi.ts';

await runScript({
  name: 'test:kodosumi',
  about: `Starts a real Kodosumi 1.1.0 with Ray and puts the same contract to it as to the stand-in, then kills the server in
the middle of a run, lets a sign-in expire, loses an answer to a launch and ends a run's process.`,
  passesOn: 'vitest',
  examples: ['steward test:kodosumi', 'KODOSUMI_PYTHON=/opt/kodosumi/bin/python steward test:kodosumi'],
  notes: `It takes about three minutes, the first time some more: Kodosumi and Ray are installed with pip into the cache folder.
"steward test --full" includes it.

  PYTHON                    the Python (3.12 or later) to make the environment with; else python3.13, python3.12,
                            python3, pyenv's
  KODOSUMI_PYTHON           a Python that has kodosumi 1.1.0 and ray[default,serve] already; then nothing is installed
  STEWARD_SKIP_KODOSUMI=1   leaves it out

Where there is no such Python, or pip cannot reach its index, it says so and is content.`,
  run: ({ positionals }) => runRealKodosumi(positionals),
});
