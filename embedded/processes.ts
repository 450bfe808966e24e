import type { StdioOptions } from 'node:child_process';
import type { Child, Log, Processes } from './processes/child.ts';
import { createGuardianLink } from './processes/guardian-link.ts';
import { describeExit, launch, whenSpawned, type Launch, type Launched } from './processes/launch.ts';
import { signalPid } from '../processes/pid.ts';
import { becomeReady, readyMessage } from './processes/readiness.ts';

export type { Child, Log, NodeChild, Processes } from './processes/child.ts';

/** Runs child processes that end with us: in reverse order on `stopAll`, and through the guardian when we are killed. */
export function createProcesses({ log, graceMs = 5000 }: { log: Log; graceMs?: number }): Processes {
  const running: Child[] = [];
  const guardian = createGuardianLink({ graceMs, log });

  async function start(wanted: Launch): Promise<Launched> {
    guardian.open();
    const launched = launch(wanted);
    const { child, handle, isStopping } = launched;
    if (child.pid) guardian.watch(child.pid, wanted.options.stopSignal ?? 'SIGTERM');
    await whenSpawned(launched, wanted.command);
    running.push(child);
    handle.once('exit', () => {
      guardian.forget(child.pid);
      // Processes that the child had started and left behind are ended with it.
      signalPid(-child.pid, 'SIGKILL');
      running.splice(running.indexOf(child), 1);
      if (!isStopping()) log(`${child.name} ended by itself (${describeExit(handle)})`);
    });
    return launched;
  }

  return {
    async spawn(name, command, args, options = {}) {
      const launched = await start({ name, command, args, options, stdio: ['ignore', 'pipe', 'pipe'] });
      if (options.readyWhen)
        await becomeReady(launched, launched.output.whenLine(options.readyWhen), options);
      return launched.child;
    },
    async spawnNode(name, script, args = [], options = {}) {
      const stdio: StdioOptions = ['ignore', 'pipe', 'pipe', 'ipc'];
      const command = process.execPath;
      const launched = await start({ name, command, args: [script, ...args], options, stdio });
      const info = await becomeReady(launched, readyMessage(launched.handle), options);
      return Object.assign(launched.child, { info });
    },
    async stopAll(progress) {
      for (let child = running.at(-1); child !== undefined; child = running.at(-1)) {
        progress?.(`${child.name} ends`);
        await child.stop();
      }
      guardian.close();
    },
  };
}
