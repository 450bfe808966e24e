import { expect, test } from 'vitest';
import { exitCodeOf, healthTable, healthUrl } from './health-table.ts';

test('every check and number has a row of its own, in columns', () => {
  const body = {
    status: 'degraded',
    checks: { database: 'up', chain: { state: 'down' } },
    metrics: { rate: null, active: 3 },
  };
  expect(healthTable(body).split('\n')).toEqual([
    'status              degraded',
    'checks.database     up',
    'checks.chain.state  down',
    'metrics.rate        -',
    'metrics.active      3',
  ]);
});

test('healthy and degraded count as success, and nothing else does', () => {
  expect(exitCodeOf(200, { status: 'healthy' })).toBe(0);
  expect(exitCodeOf(200, { status: 'degraded' })).toBe(0);
  expect(exitCodeOf(503, { status: 'unhealthy' })).toBe(1);
  expect(exitCodeOf(200, '<html>')).toBe(1);
  expect(exitCodeOf(404, { status: 404 })).toBe(1);
});

test('the address comes from the argument, else from the configuration', () => {
  expect(healthUrl(undefined, { HOST: '127.0.0.1', PORT: 8000 })).toBe('http://127.0.0.1:8000/health');
  expect(healthUrl(undefined, { HOST: '0.0.0.0', PORT: 9 })).toBe('http://127.0.0.1:9/health');
  expect(healthUrl(undefined, { HOST: '::', PORT: 9 })).toBe('http://[::1]:9/health');
  expect(healthUrl('https://steward.example', { HOST: 'x', PORT: 1 })).toBe('https://steward.example/health');
  expect(() => healthUrl('localhost:8000', { HOST: 'x', PORT: 1 })).toThrow('"localhost:8000" is not a URL');
});
