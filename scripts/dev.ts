import { join } from 'node:path';
import { freePort, refuseBusyPorts } from '../embedded/ports.ts';
import { addresses, stackConfig, startStack, stopAloud, untilInterrupted } from '../embedded/stack.ts';
import { baseUrl } from '../processes/urls.ts';
import { wantedPorts } from '../embedded/wanted-ports.ts';
import { createLog, logLastWords } from '../config/logging.ts';
import { runScript } from './command-line.ts';
import { createDevApplication } from './dev-application.ts';
import { toEnvironment } from '../families/config.ts';
import { families } from '../families/index.ts';
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
  const given = stackConfig(options);
  const log = createLog(given.LOG_LEVEL, 'dev');
  logLastWords(log);
  const say = (message: string): void => log.info(message);
  await refuseBusyPorts(wantedPorts(given, { families, standIns: true, application: true }));
  // One port for all restarts, also when any port will do.
  const config = { ...given, PORT: given.PORT || (await freePort()) };
  const stack = await startStack(config, { application: false, log, progress: say });
  const env = { ...process.env, ...toEnvironment(stack.environment.config), PORT: String(config.PORT) };
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
    `\n${addresses(stack, process.uptime())}\n  The API is coming up at ${baseUrl(config)}.\n`,
  );
  await untilInterrupted(undefined);
  unwatch();
  await stopAloud({
    async stop(progress = ignore) {
      progress(
        `API and worker finish what they do, for ${config.WORKER_DRAIN_MS / 1000} s (WORKER_DRAIN_MS)`,
      );
      await application.stop();
      await stack.stop(progress);
    },
  });
}

const ignore = (): void => undefined;
