import { join } from 'node:path';
import { claimPort } from '../embedded/ports.ts';
import { addresses, stackConfig, startStack, untilInterrupted } from '../embedded/stack.ts';
import { createLog, logLastWords } from '../config/logging.ts';
import { runScript } from './command-line.ts';
import { createDevApplication } from './dev-application.ts';
import { toEnvironment } from '../families/config.ts';
import { watchSources } from './dev-watch.ts';

const QUIET_MS = 200;

await runScript({
  name: 'dev',
  about: 'Starts the whole of Steward on this machine; API and worker restart when a source changes.',
  options: {
    port: { value: 'N', about: 'API port (PORT, 8000)' },
    data: { value: 'DIR', about: 'where everything is kept (DATA_DIR, ./data)' },
    'any-ports': { about: 'let the surroundings take free ports' },
  },
  examples: ['steward dev', 'steward dev --any-ports --data /tmp/steward'],
  notes: `PostgreSQL, Temporal, the chains and the sample services stay up, so that a restart takes seconds and runs go on.`,
  run: ({ values }) =>
    develop({ port: values.port, data: values.data, anyPorts: values['any-ports'], application: false }),
});

async function develop(options: Parameters<typeof stackConfig>[0]): Promise<void> {
  const config = stackConfig(options);
  const log = createLog(config.LOG_LEVEL, 'dev');
  logLastWords(log);
  const say = (message: string): void => log.info(message);
  // One port for all restarts, also when any port will do.
  const port = await claimPort('The API', config.PORT, '--port or PORT');
  const stack = await startStack(config, { application: false, log, progress: say });
  const env = { ...process.env, ...toEnvironment(stack.environment.config), PORT: String(port) };
  const application = createDevApplication({
    scripts: ['processes/api.ts', 'processes/worker.ts'],
    env,
    log: say,
  });
  const unwatch = watchSources(join(import.meta.dirname, '..'), QUIET_MS, (path) => {
    say(`${path} changed: restarting`);
    void application.restart();
  });
  await application.restart();
  process.stdout.write(
    `\n${addresses(stack, process.uptime())}\n  The API is coming up at http://${config.HOST}:${port}.\n`,
  );
  await untilInterrupted(undefined);
  unwatch();
  await application.stop();
  await stack.stop();
}
