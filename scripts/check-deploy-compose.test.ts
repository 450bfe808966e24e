import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { settings } from '../families/config.ts';
import { composeProblems, mountedFiles } from './check-deploy-compose.ts';

const names = Object.keys(settings.shape);
const text = readFileSync(join(import.meta.dirname, '..', 'docker-compose.yml'), 'utf8');

/** The committed file with one thing changed. */
function problemsAfter(find: string | RegExp, replacement: string): string[] {
  const changed = text.replace(find, replacement);
  expect(changed).not.toBe(text);
  return composeProblems(changed, names);
}

test('the committed file has no problem, and what it mounts is known', () => {
  expect(composeProblems(text, names)).toEqual([]);
  expect(mountedFiles(text)).toContain('./deploy/temporal/namespace.sh');
});

test('images without an exact version are found', () => {
  for (const image of ['postgres:18', 'postgres:latest', 'postgres'])
    expect(problemsAfter('postgres:18.4-trixie', image)).toEqual([
      `postgres: the image ${image} is not pinned to an exact version`,
    ]);
});

test('root, writable root file systems and kept capabilities are found', () => {
  expect(problemsAfter("user: '999:999'", "user: '0:0'")).toEqual([
    'postgres: must run as a numbered user that is not root',
  ]);
  expect(problemsAfter('read_only: true', 'read_only: false')).toContain(
    'api: the root file system must be read-only',
  );
  expect(problemsAfter('cap_drop: [ALL]', 'cap_drop: [CHOWN]')).toContain(
    'worker: all capabilities must be dropped',
  );
});

test('a service that keeps running without a health check is found', () => {
  expect(problemsAfter(/test: \[CMD, pg_isready.*\]/, 'disable: true')).toContain(
    'postgres: a service that stays up needs a health check',
  );
});

test('ports that should not be open are found', () => {
  expect(problemsAfter("'127.0.0.1:${TEMPORAL_UI_PORT", "'${TEMPORAL_UI_PORT")).toEqual([
    'temporal-ui: must publish on loopback by default',
  ]);
  expect(problemsAfter("user: '999:999'", "user: '999:999'\n    ports: ['127.0.0.1:5432:5432']")).toEqual([
    'postgres: must not publish a port',
  ]);
});

test('secrets with a default, settings that do not exist and AUTH=off are found', () => {
  const optional = problemsAfter(/\$\{STEWARD_DATA_KEY:\?[^}]*\}/, '${STEWARD_DATA_KEY:-secret}');
  expect(optional).toEqual(['STEWARD_DATA_KEY must be required everywhere: ${STEWARD_DATA_KEY:?what to do}']);
  expect(problemsAfter(' CORS_ORIGINS: ', ' CORS_ORIGINZ: ')).toEqual([
    'api: CORS_ORIGINZ is no setting of .env.example',
  ]);
  expect(problemsAfter("AUTH: 'on'", "AUTH: 'off'")).toEqual(['api: AUTH must be on']);
});

test('services besides the migration that know the tables’ owner are found, and an owner that is the application', () => {
  const url = /      MIGRATION_DATABASE_URL: .*\n/;
  expect(problemsAfter(url, '')).toEqual(['migrate: MIGRATION_DATABASE_URL is missing']);
  expect(problemsAfter('postgresql://steward_owner:', 'postgresql://steward:')).toEqual([
    'migrate: MIGRATION_DATABASE_URL and DATABASE_URL must name two users',
  ]);
  expect(problemsAfter("AUTH: 'on'", `AUTH: 'on'\n${url.exec(text)![0].trimEnd()}`)).toEqual([
    'api: must not know the owner of the tables',
  ]);
  const elsewhere = 'postgresql://steward_owner:${STEWARD_OWNER_PASSWORD:?x}@postgres:5432/steward';
  expect(problemsAfter(/DATABASE_URL: postgresql:\/\/steward:.*/, `DATABASE_URL: ${elsewhere}`)).toContain(
    'worker: must not know the owner of the tables',
  );
});

test('workers whose version would never be promoted are found', () => {
  expect(problemsAfter('<<: [*settings, *version]', '<<: *settings')).toEqual([
    'worker: WORKER_DEPLOYMENT is not that of promote',
    'worker-previous: WORKER_DEPLOYMENT is not that of promote',
    'worker-money: WORKER_DEPLOYMENT is not that of promote',
  ]);
  expect(problemsAfter('<<: [*temporal, *version]', '<<: *temporal')).toHaveLength(3);
});

test('waiting for the wrong condition, or for a service that does not exist, is found', () => {
  expect(
    problemsAfter(
      'migrate: { condition: service_completed_successfully }',
      'migrate: { condition: service_healthy }',
    ),
  ).toContain('worker: waits for migrate with service_healthy');
  expect(
    problemsAfter('postgres: { condition: service_healthy }', 'database: { condition: service_healthy }'),
  ).toEqual(['temporal-schema: depends on database, which is not there']);
});

test('keys that Compose does not know are found', () => {
  expect(problemsAfter('stop_signal:', 'stop_sginal:')[0]).toContain('services.postgres: Unrecognized key');
});
