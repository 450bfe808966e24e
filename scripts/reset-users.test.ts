import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../tests/support/temporary-folder.ts';
import { findUser } from './reset-users.ts';

const base = temporaryFolder('reset-users');

test('a folder that nobody uses is free, and one that another process writes to is not', async () => {
  const folder = join(base, 'used');
  mkdirSync(folder);
  expect(findUser([folder])).toBeUndefined();
  const script = `const fs = require('node:fs'); fs.openSync('${join(folder, 'open.log')}', 'w'); console.log('open'); process.stdin.resume()`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  expect(findUser([folder])?.pid).toBe(child.pid);
  child.stdin.end();
  await once(child, 'exit');
  expect(findUser([folder])).toBeUndefined();
});
