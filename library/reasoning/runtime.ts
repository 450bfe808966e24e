import type { Config } from '../../families/config.ts';
import type { Stack } from '../../embedded/stack.ts';
import { createLog } from '../../config/logging.ts';
import { ReasoningClient } from '../../sdk/reasoning-client.ts';

/** The engine behind a manager, started by whoever needs it first. */
export interface Runtime {
  client(): Promise<ReasoningClient>;
  stop(): Promise<void>;
}

/** What works here is started on first use and once; after a failure the next call tries again. */
export function createRuntime(config: () => Config): Runtime {
  let starting: Promise<{ stack: Stack; client: ReasoningClient }> | undefined;
  let stopped = false;
  const start = (): Promise<{ stack: Stack; client: ReasoningClient }> => {
    starting ??= begin(config()).catch((error: unknown) => {
      starting = undefined;
      throw error;
    });
    return starting;
  };
  return {
    async client() {
      if (stopped) throw new Error('This WorkflowManager was disconnected; create another one.');
      return (await start()).client;
    },
    async stop() {
      stopped = true;
      const running = await starting?.catch(() => undefined);
      starting = undefined;
      await running?.stack.stop();
    },
  };
}

async function begin(config: Config): Promise<{ stack: Stack; client: ReasoningClient }> {
  // Only a program that uses the library pays for loading servers and workers.
  const { startStack } = await import('../../embedded/stack.ts');
  const log = createLog(config.LOG_LEVEL, 'steward');
  const stack = await startStack(config, {
    application: true,
    standIns: false,
    log,
    progress: (message) => log.info(message),
  });
  return { stack, client: new ReasoningClient({ baseUrl: stack.application!.url }) };
}
