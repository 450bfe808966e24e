import { expect, test } from 'vitest';
import { serviceRequest } from './service-request.ts';

const call = {
  url: 'https://a.test/x',
  method: 'get',
  params: { q: 'a b', n: 2, list: [1, 2], gone: null },
  idempotencyKey: 'k',
};

test('GET carries the params in the query, after what is there already', () => {
  expect(serviceRequest(call)).toEqual({
    url: 'https://a.test/x?q=a%20b&n=2&list=%5B1%2C2%5D',
    method: 'GET',
    headers: { accept: 'application/json', 'idempotency-key': 'k' },
  });
  expect(serviceRequest({ ...call, url: 'https://a.test/x?y=1', params: { z: true } }).url).toBe(
    'https://a.test/x?y=1&z=true',
  );
  expect(serviceRequest({ ...call, params: {} }).url).toBe('https://a.test/x');
});

test('POST carries them as a JSON body', () => {
  const request = serviceRequest({ ...call, method: 'post' });
  expect(request.url).toBe('https://a.test/x');
  expect(request.headers['content-type']).toBe('application/json');
  expect(JSON.parse(request.body ?? '')).toEqual(call.params);
});
