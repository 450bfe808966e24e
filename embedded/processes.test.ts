import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, expect, test, vi } from 'vitest';
import { temporaryFolder } from '../tests/support/temporary-folder.ts';
import { createProcesses, type Processes } from './processes.ts';
import { isAlive } from '../processes/pid.ts';

const folder = temporaryFolder('processes');
const lines: string[] = [];
const open: Processes[] = [];

function processes(): Processes {
  const made = createProcesses({ log: (line) => lines.push(line), graceMs: 300 });
  open.push(made);
  return made;
}

/** Runs a few lines of JavaScript as a child. */
function script(code: string): [string, string[]] {
  return [process.execPath, ['-e', code]];
}

const STAY = 'setInterval(() => {}, 1000);';
const READY = `console.log('ready now');${STAY}`;

afterEach(async () => {
  await Promise.all(open.splice(0).map((made) => made.stopAll()));
  lines.length = 0;
});

test('a child is ready with its ready line, and its output is copied to the file', async () => {
  const logFile = join(folder, 'logs', 'child.log');
  const child = await processes().spawn('one', ...script(READY), { readyWhen: /ready now/, logFile });
  expect(isAlive(child.pid)).toBe(true);
  await child.stop();
  await vi.waitFor(() => expect(readFileSync(logFile, 'utf8')).toBe('ready now\n'));
  expect(isAlive(child.pid)).toBe(false);
});

test('a child that ends before it is ready is an error with its last output', async () => {
  const starting = processes().spawn('two', ...script(`console.error('no disk'); process.exit(3)`), {
    readyWhen: /x/,
  });
  await expect(starting).rejects.toThrow(/two ended before it was ready \(exit code 3\)[^]*no disk/);
});

test('a child that is not ready in time is ended', async () => {
  const starting = processes().spawn('slow', ...script(`console.log(process.pid);${STAY}`), {
    readyWhen: /never/,
    readyTimeoutMs: 400,
  });
  const error = await starting.catch((reason: unknown) => reason);
  expect(String(error)).toMatch(/slow was not ready within 400 ms/);
  expect(isAlive(Number(/^\d+$/m.exec(String(error))?.[0]))).toBe(false);
});

test('a command that does not exist is named', async () => {
  await expect(processes().spawn('three', '/no/such/program', [])).rejects.toThrow(
    /three: cannot run \/no\/such\/program/,
  );
});

test('a Node child is ready with its message, and the content of the message is handed over', async () => {
  const path = join(folder, 'node-child.ts');
  writeFileSync(
    path,
    `const port: number = 12; process.send?.({ type: 'ready', port, said: process.argv[2] });${STAY}`,
  );
  const child = await processes().spawnNode('four', path, ['hello']);
  expect(child.info).toMatchObject({ port: 12, said: 'hello' });
});

test('all children are ended in the reverse of their order', async () => {
  const record = join(folder, 'order');
  const ordered = processes();
  for (const name of ['first', 'second', 'third']) {
    const code = `process.on('SIGTERM', () => { fs.appendFileSync(${JSON.stringify(record)}, '${name} '); process.exit(0); });`;
    await ordered.spawn(name, ...script(code + READY), { readyWhen: /ready/ });
  }
  await ordered.stopAll();
  expect(readFileSync(record, 'utf8')).toBe('third second first ');
  expect(lines).toEqual([]);
});

test('a child that ignores the signal is killed after its time, and what it started goes with it', async () => {
  const code = `
    const other = child_process.spawn(process.execPath, ['-e', ${JSON.stringify(STAY)}]);
    process.on('SIGTERM', () => {}); console.log('pid', other.pid);${STAY}`;
  const logFile = join(folder, 'stubborn.log');
  const child = await processes().spawn('stubborn', ...script(code), {
    readyWhen: /pid/,
    logFile,
    stopTimeoutMs: 200,
  });
  const grandchild = await vi.waitFor(() => Number(/pid (\d+)/.exec(readFileSync(logFile, 'utf8'))?.[1]));
  await child.stop();
  expect(await child.exited).toBe(null);
  await vi.waitFor(() => expect(isAlive(grandchild)).toBe(false));
});

test('a child that ends by itself is reported', async () => {
  const child = await processes().spawn('brief', ...script('process.exit(7)'));
  expect(await child.exited).toBe(7);
  expect(lines).toEqual(['brief ended by itself (exit code 7)']);
});

test('a parent killed with SIGKILL leaves no orphan, not even one that ignores SIGTERM', async () => {
  const code = `
    import { createProcesses } from ${JSON.stringify(join(import.meta.dirname, 'processes.ts'))};
    const made = createProcesses({ log: console.error, graceMs: 300 });
    const gone = await made.spawn('gone', process.execPath, ['-e', ${JSON.stringify(STAY)}]);
    await gone.stop();
    for (const ignore of ['', "process.on('SIGTERM', () => {});"]) {
      const child = await made.spawn('child', process.execPath, ['-e', ignore + ${JSON.stringify(READY)}], { readyWhen: /ready/ });
      console.log(child.pid);
    }
    console.log('all');${STAY}`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const pids: number[] = [];
  for await (const line of createInterface({ input: parent.stdout })) {
    if (line === 'all') break;
    pids.push(Number(line));
  }
  expect(pids.map(isAlive)).toEqual([true, true]);
  parent.kill('SIGKILL');
  await vi.waitFor(() => expect(pids.map(isAlive)).toEqual([false, false]), { timeout: 5000 });
});
