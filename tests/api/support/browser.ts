import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { WebSocket } from 'ws';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** The Chromium of this machine; undefined where there is none. */
export const findBrowser = (): string | undefined =>
  (process.env['PATH'] ?? '')
    .split(':')
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
    .find((path) => existsSync(path));

export interface Page {
  evaluate<T>(expression: string): Promise<T>;
  close(): Promise<void>;
}

/** A page without a window. `script` runs in it before anything of the page does. */
export async function openPage(browser: string, url: string, script: string): Promise<Page> {
  const profile = mkdtempSync(join(tmpdir(), 'steward-browser-'));
  const args = [
    '--headless=new',
    '--no-sandbox', // root has none
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--disable-background-networking',
    '--no-first-run',
    '--remote-debugging-port=0',
    `--user-data-dir=${profile}`,
    'about:blank',
  ];
  const child = spawn(browser, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const exited = once(child, 'exit');
  const close = async (): Promise<void> => {
    child.kill();
    await exited;
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const devtools = await connect(await addressOf(child.stderr));
    const { targetInfos } = await devtools.call<{ targetInfos: { type: string; targetId: string }[] }>(
      'Target.getTargets',
    );
    const { targetId } = targetInfos.find(({ type }) => type === 'page')!;
    const { sessionId } = await devtools.call<{ sessionId: string }>('Target.attachToTarget', {
      targetId,
      flatten: true,
    });
    await devtools.call('Page.enable', {}, sessionId);
    await devtools.call('Page.addScriptToEvaluateOnNewDocument', { source: script }, sessionId);
    await devtools.call('Page.navigate', { url }, sessionId);
    return {
      async evaluate<T>(expression: string): Promise<T> {
        const options = { expression, returnByValue: true, awaitPromise: true };
        const { result } = await devtools.call<{ result: { value: T } }>(
          'Runtime.evaluate',
          options,
          sessionId,
        );
        return result.value;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The browser says where it listens. */
async function addressOf(stderr: Readable): Promise<string> {
  for await (const line of createInterface(stderr)) {
    const [, address] = /^DevTools listening on (ws:\S+)/.exec(line) ?? [];
    if (address !== undefined) return address;
  }
  throw new Error('The browser ended before it listened.');
}

async function connect(address: string) {
  const socket = new WebSocket(address);
  await once(socket, 'open');
  const waiting = new Map<number, (result: unknown) => void>();
  socket.on('message', (data: Buffer) => {
    const { id, result } = JSON.parse(data.toString()) as { id?: number; result?: unknown };
    if (id !== undefined) waiting.get(id)?.(result);
  });
  let last = 0;
  return {
    call: <T>(method: string, params: object = {}, sessionId?: string): Promise<T> =>
      new Promise((resolve) => {
        last += 1;
        waiting.set(last, (result) => resolve(result as T));
        socket.send(JSON.stringify({ id: last, method, params, sessionId }));
      }),
  };
}
