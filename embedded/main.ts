import { runScript } from '../scripts/command-line.ts';
import { runStack } from './stack.ts';

await runScript({
  name: 'start',
  about: 'Starts the whole of Steward on this machine, until Ctrl-C.',
  options: {
    port: { value: 'N', about: 'API port (PORT, 8000)' },
    data: { value: 'DIR', about: 'where everything is kept (DATA_DIR, ./data)' },
    'any-ports': { about: 'let every part take a free port' },
    'without-app': {
      about: 'only what Steward needs around it; prints the environment for npm run api and npm run worker',
    },
  },
  examples: ['steward start', 'steward start --any-ports --data /tmp/steward'],
  notes: 'Every setting is explained in .env.example.',
  run: ({ values }) =>
    runStack({
      port: values.port,
      data: values.data,
      anyPorts: values['any-ports'],
      application: !values['without-app'],
    }),
});
