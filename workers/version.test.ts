import { expect, test } from 'vitest';
import { loadConfig, settings } from '../families/config.ts';
import { buildOf, defaultBuildId } from './version.ts';

const MAP = '\n//# sourceMappingURL=data:application/json;charset=utf-8;base64,';

test('without a deployment a worker has no version', async () => {
  expect(await buildOf(loadConfig({ WORKER_BUILD_ID: '7' }))).toEqual({});
  const built = loadConfig({ WORKFLOW_BUNDLE: 'dist/workflows.js' });
  expect(await buildOf(built)).toEqual({ bundle: { codePath: 'dist/workflows.js' } });
});

test('the build id that is given is taken, and nothing is bundled for it', async () => {
  const config = loadConfig({ WORKER_DEPLOYMENT: 'steward', WORKER_BUILD_ID: 'main-3f2a9c1' });
  const version = { deploymentName: 'steward', buildId: 'main-3f2a9c1' };
  expect(await buildOf(config)).toEqual({ version });
});

test('every process of a release finds the same version by itself: the release and what its workflows are', async () => {
  const config = loadConfig({ WORKER_DEPLOYMENT: 'steward' });
  const [one, other] = await Promise.all([buildOf(config), buildOf(config)]);
  expect(one.version?.buildId).toMatch(/^\d+\.\d+\.\d+-[0-9a-f]{8}$/);
  expect(other.version).toEqual(one.version);
});

test('a changed workflow is another version, another folder of the same code is not', () => {
  const id = defaultBuildId('1.0.0', `code${MAP}eyJhIjoxfQ==`);
  expect(defaultBuildId('1.0.0', `code${MAP}eyJiIjoyfQ==`)).toBe(id);
  expect(defaultBuildId('1.0.0', 'code')).toBe(id);
  expect(defaultBuildId('1.0.0', `other code${MAP}eyJhIjoxfQ==`)).not.toBe(id);
  expect(defaultBuildId('1.0.1', 'code')).not.toBe(id);
});

test('names that Temporal refuses are refused at once', () => {
  const { WORKER_DEPLOYMENT, WORKER_BUILD_ID } = settings.shape;
  for (const name of ['a.b', 'a:b', '__a', 'a b', ''])
    expect(WORKER_DEPLOYMENT.safeParse(name).success).toBe(false);
  for (const id of ['__a', 'a b', '']) expect(WORKER_BUILD_ID.safeParse(id).success).toBe(false);
  expect(WORKER_BUILD_ID.safeParse('v1.2.3:arm').success).toBe(true);
});
