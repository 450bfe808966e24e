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

test('a fragment swallows no params, and what the address says itself is not said otherwise', () => {
  const { url } = serviceRequest({ ...call, url: 'https://a.test/x#top', params: { q: 'ü&=+ #' } });
  expect(url).toBe('https://a.test/x?q=%C3%BC%26%3D%2B%20%23');
  const sized = { ...call, url: 'https://a.test/x?size=small#top', params: { size: 'large', q: 1 } };
  expect(serviceRequest(sized).url).toBe('https://a.test/x?size=small&q=1');
  for (const open of ['https://a.test/x?', 'https://a.test/x?y=1&'])
    expect(serviceRequest({ ...call, url: open, params: { q: 1 } }).url).toBe(`${open}q=1`);
});

test('POST carries them as a JSON body', () => {
  const request = serviceRequest({ ...call, method: 'post' });
  expect(request.url).toBe('https://a.test/x');
  expect(request.headers['content-type']).toBe('application/json');
  expect(JSON.parse(request.body ?? '')).toEqual(call.params);
});
