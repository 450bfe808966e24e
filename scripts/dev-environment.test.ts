import { expect, test } from 'vitest';
import { loadConfig } from '../config.ts';
import { toEnvironment } from './dev-environment.ts';

test('what is written into the environment reads back as the same configuration', () => {
  const config = loadConfig({
    SERVICE_HOSTS: 'a:1,b:2',
    TEMPORAL_TLS: 'on',
    AUTH: 'off',
    PORT: '0',
    DATABASE_URL: 'postgres://u@h/d',
  });
  expect(loadConfig(toEnvironment(config))).toEqual(config);
});
