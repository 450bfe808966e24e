import { expect, test } from 'vitest';
import { z } from 'zod';
import { settings } from '../families/config.ts';
import { GROUPS } from './settings-groups.ts';
import { listSettings } from './settings-list.ts';
import { isSecret, settingsTables } from './settings-table.ts';

const shape = {
  PORT: z.coerce.number().default(8000).describe('Port of the API.'),
  SOME_KEY: z.string().optional().describe('sk_<prefix>, this | that.'),
  MODE: z.enum(['slow', 'fast']).optional().describe('How.'),
};

test('a setting is shown with its default, its meaning, its choices and who reads it', () => {
  const groups = [{ title: 'All', readers: { PORT: 'API', SOME_KEY: 'worker', MODE: 'API' } }];
  expect(settingsTables(listSettings(shape), groups).split('\n').slice(4)).toEqual([
    '| `PORT` | `8000` | Port of the API. | API |',
    '| `SOME_KEY` | - | **Secret.** sk_&lt;prefix>, this \\| that. | worker |',
    '| `MODE` | - | How. One of `slow`, `fast`. | API |',
    '',
  ]);
});

test('a setting in no group is shown as well', () => {
  const text = settingsTables(listSettings(shape), [{ title: 'Some', readers: { PORT: 'API' } }]);
  expect(text).toContain('## Others');
  expect(text).toContain('| `MODE` |');
});

test('a group cannot name a setting that does not exist', () => {
  expect(() => settingsTables([], [{ title: 'Some', readers: { GONE: 'API' } }])).toThrow(
    'There is no setting GONE any more',
  );
});

test('every setting is in exactly one group, except those of tests', () => {
  const grouped = GROUPS.flatMap(({ readers }) => Object.keys(readers));
  const names = listSettings(settings.shape).map(({ name }) => name);
  expect(grouped.toSorted()).toEqual(names.toSorted());
  expect(names).not.toContain('CRASH_AT');
  expect(names).not.toContain('STOP_AT');
});

test('keys, passwords and database URLs are secrets, and nothing else is', () => {
  const secret = listSettings(settings.shape)
    .filter(isSecret)
    .map(({ name }) => name);
  expect(secret).toEqual([
    'STEWARD_ADMIN_KEY',
    'STEWARD_DATA_KEY',
    'DATABASE_URL',
    'MIGRATION_DATABASE_URL',
    'DATABASE_LISTEN_URL',
    'TEMPORAL_API_KEY',
    'ANTHROPIC_API_KEY',
    'OPENAI_API_KEY',
    'AWS_SECRET_ACCESS_KEY',
    'AWS_SESSION_TOKEN',
    'ESCROW_KEYPAIR',
    'EVM_FLOAT_KEY',
    'KODOSUMI_PASSWORD',
    'PAYMENT_API_KEY',
    'MASUMI_SIGNING_KEY',
    'REGISTRY_OWNER_KEY',
  ]);
});
