import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dockerfileProblems, nodeVersionOf } from './check-deploy-dockerfile.ts';

const text = readFileSync(join(import.meta.dirname, '..', 'Dockerfile'), 'utf8');

function problemsAfter(find: string | RegExp, replacement: string): string[] {
  const changed = text.replaceAll(new RegExp(find, 'gm'), replacement);
  expect(changed).not.toBe(text);
  return dockerfileProblems(changed);
}

test('the committed file has no problem and names its Node', () => {
  expect(dockerfileProblems(text)).toEqual([]);
  expect(nodeVersionOf(text)).toMatch(/^24\.\d+\.\d+$/);
});

test('floating and musl images are found', () => {
  expect(problemsAfter('node:24\\.\\d+\\.\\d+-bookworm-slim', 'node:24-slim')).toContain(
    'node:24-slim is not pinned to an exact version.',
  );
  expect(problemsAfter('bookworm-slim', 'alpine').join()).toContain(
    "has musl: Temporal's native core needs glibc.",
  );
});

test('an image that runs as root or has no health check is found', () => {
  expect(problemsAfter('^USER node$', 'USER root')).toEqual([
    'The last stage needs a USER that is not root.',
  ]);
  expect(problemsAfter('^USER node$', '')).toEqual(['The last stage needs a USER that is not root.']);
  expect(problemsAfter('^HEALTHCHECK.*$', '')).toEqual(['The last stage needs a HEALTHCHECK.']);
});

test('installs beside the lock file, late installs and shell commands are found', () => {
  expect(problemsAfter('npm ci', 'npm install').join()).toContain('Install with npm ci');
  expect(problemsAfter('^COPY package.json.*$', 'COPY . .')).toContain(
    'Install before copying sources, or each change installs again.',
  );
  expect(problemsAfter('^CMD .*$', 'CMD node processes/api.ts').join()).toContain(
    'a shell would not pass SIGTERM on',
  );
});
