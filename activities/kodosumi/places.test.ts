import { expect, it } from 'vitest';
import { createPlaces, type Place } from './places.ts';

const signal = new AbortController().signal;
const working = { isIdle: false, waitMs: 2000, signal };
const idle = { ...working, isIdle: true };
const TURN_MS = 40;

it('gives as many places as there are, and none to an idle run after that', async () => {
  const places = createPlaces(2, TURN_MS);
  expect(await places.take(idle)).toBeDefined();
  expect(await places.take(working)).toBeDefined();
  expect(await places.take(idle)).toBeUndefined();
});

it('asks an idle run at once to leave for one that works', async () => {
  const places = createPlaces(1, 60_000);
  const place = (await places.take(idle)) as Place;
  place.wanted.addEventListener('abort', () => place.release());
  expect(await places.take(working)).toBeDefined();
});

it('asks a run that works to leave for another after its turn, the longest first', async () => {
  const places = createPlaces(2, TURN_MS);
  const first = (await places.take(working)) as Place;
  const second = (await places.take(working)) as Place;
  const began = performance.now();
  first.wanted.addEventListener('abort', () => first.release());
  expect(await places.take(working)).toBeDefined();
  expect(performance.now() - began).toBeGreaterThan(TURN_MS / 2);
  expect(second.wanted.aborted).toBe(false);
});

it('gives up waiting after the time, and when it is called off', async () => {
  const places = createPlaces(1, 60_000);
  const held = (await places.take(working)) as Place;
  expect(await places.take({ ...working, waitMs: 5 })).toBeUndefined();
  const off = new AbortController();
  const waiting = places.take({ ...working, signal: off.signal });
  off.abort();
  expect(await waiting).toBeUndefined();
  held.release();
  expect(await places.take(idle)).toBeDefined();
});
