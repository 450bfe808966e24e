import '../config/quiet-bindings.ts';
import { parseArgs } from 'node:util';
import { runStack } from './stack.ts';

const HELP = `npm start -- [options]      the whole of Steward on this machine, until Ctrl-C
  --port N         API port (PORT, 8000)
  --data DIR       where everything is kept (DATA_DIR, ./data)
  --any-ports      let every part take a free port
  --without-app    only what Steward needs around it; prints the environment for npm run api and npm run worker
  --help
Every setting is explained in .env.example.
`;

const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    data: { type: 'string' },
    'any-ports': { type: 'boolean', default: false },
    'without-app': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) process.stdout.write(HELP);
else
  await runStack({
    port: values.port,
    data: values.data,
    anyPorts: values['any-ports'],
    application: !values['without-app'],
  });
