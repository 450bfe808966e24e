#!/usr/bin/env node
// Plain JavaScript on purpose: it is started by whatever Node is on the PATH and hands over to the one that comes with
// the packages, which runs the TypeScript as it is.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const inRoot = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const own = inRoot('node_modules/.bin/node');
const node = existsSync(own) ? own : process.execPath;

const child = spawn(node, [inRoot('scripts/steward.ts'), ...process.argv.slice(2)], { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal === null ? 1 : 128);
});
